/// Names of the receiver's that are one file, while the sender has a file for each: what is set on one shows on all.
struct SharedFiles {
    private struct File: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// Whether the mode or time of the file is set through the name that was met first.
    private var known: [File: Bool] = [:]

    /// - Parameters:
    ///   - entry: a name that the sender has as a file of its own.
    ///   - changes: whether its mode or time is to be set.
    /// - Returns: whether the name must get a file of its own, so that all can become what they should be.
    mutating func mustPart(_ entry: ListedEntry, changes: Bool) -> Bool {
        guard entry.inode != 0 else { return false }
        let file = File(device: entry.device, inode: entry.inode)
        guard let first = known[file] else {
            known[file] = changes
            return false
        }
        return changes || first
    }
}
