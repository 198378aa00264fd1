/// What of a destination earlier syncs wrote. A receiver that is given this makes a copy and no mirror: nothing else there is
/// changed, replaced or deleted, whatever the sender has under its name.
public protocol OwnedPaths: Sendable {
    /// The name, in the root of the destination, of the file that remembers them; it does not count as content.
    var listName: [UInt8] { get }
    func contains(_ path: TreePath) -> Bool
    /// Called before something new is made at `path`.
    func add(_ path: TreePath) throws
}
