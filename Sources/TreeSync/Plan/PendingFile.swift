/// A file whose content is asked for.
struct PendingFile: Sendable {
    var id: Int
    var path: TreePath
    var size: UInt64
    /// As the manifest has them.
    var attributes: Attributes
    var replacement: Replacement
    /// From what is there, but for the content.
    var differences: SyncChange.Differences
    /// Of the file that it takes the place of.
    var oldSize: UInt64?
    /// The name, beside it, of what an interrupted sync left of it.
    var part: [UInt8]?
    /// Of a file with more names than one: the number of the first.
    var group: Int?
    /// Its place among the changes that are told.
    var ticket = 0

    /// What is told of it when new content has come.
    var change: SyncChange {
        let isOther = !differences.contains(.isNew) && !isShared
        return SyncChange(kind: replacement.kind, type: .file, path: path, differences: isOther ? differences.union(.content) : differences)
    }

    /// Whether the receiver's file has another name that is not to change with it: a new file takes its place even if
    /// the content is the same.
    var isShared = false
    /// Another file that may hold its content: what it was renamed or copied from.
    var renameSource: TreePath?

    var partPath: TreePath? { part.map { TreePath(path.split.parent).appending($0) } }

    /// Whether it is worth while to look at what the receiver has of it.
    var mayBeDelta: Bool {
        size >= ChunkRule.smallestFile && (part != nil || (oldSize ?? 0) >= max(ChunkRule.smallestFile / 4, size / 16))
    }

    /// Whether that is worth while where bytes are dear: a small file's recipe takes a tenth of what the packed file does.
    var mayBeSmallDelta: Bool { size >= 8 << 10 && (oldSize ?? 0) >= max(4 << 10, size / 4) }
}

extension PendingFile {
    /// - Parameter part: the name, beside it, of what an interrupted sync left of it.
    init(_ planned: PlannedEntry, _ replacement: Replacement, _ differences: SyncChange.Differences, part: [UInt8]?) {
        self.init(id: planned.id, path: planned.path, size: planned.entry.size, attributes: planned.attributes, replacement: replacement,
                  differences: differences, part: part, group: planned.group)
    }
}
