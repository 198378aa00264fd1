/// An entry of the source that may have its place, and what the destination has under its name.
struct PlannedEntry {
    let entry: ListedEntry
    /// Its number in the manifest.
    let id: Int
    let path: TreePath
    /// As the manifest has them, as far as the policy lets it.
    let attributes: Attributes
    /// What the destination has there.
    let present: ListedEntry?
    /// Of an entry with several names: the number of the first.
    var group: Int?
}
