/// The name that brings the content of a file with several names, or the link that has several.
struct HardLinkSource: Sendable {
    var type: EntryKind
    /// `nil` where no name could be put in its place yet.
    var path: TreePath?
    /// Whether its content is asked for.
    var isPending = false
}
