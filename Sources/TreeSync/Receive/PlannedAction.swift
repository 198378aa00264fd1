/// Something to delete; folders come after what they hold.
struct PlannedDeletion: Sendable {
    var path: TreePath
    var kind: EntryKind

    var change: SyncChange { SyncChange(kind: .delete, type: kind, path: path) }
}

/// One more name for a file; made when all contents are there.
struct PlannedName: Sendable {
    var path: TreePath
    var file: TreePath
    var replacement: Replacement
    /// From what is there.
    var differences: SyncChange.Differences
}

/// What a path on the receiver has to become. Plans are values; ``ReceiverSession`` carries them out.
enum PlannedAction: Sendable {
    /// - replacing: what is in the way.
    case makeDirectory(TreePath, replacing: EntryKind?)
    case makeLink(TreePath, target: [UInt8], Attributes, Replacement, SyncChange.Differences)
    case fetch(PendingFile)
    /// The size is the same and the time is not, or all contents are compared.
    case compare(PendingFile, local: Attributes)
    case setAttributes(SyncChange, Attributes)
    /// Left over from an interrupted sync.
    case removeStale(TreePath)
    /// A folder whose own attributes differ; they are set at the end.
    case noteDirectory(TreePath, SyncChange.Differences)
}

/// What something new takes the place of.
enum Replacement: Sendable {
    case nothing
    case entry
    /// A folder, and all it holds.
    case directory([PlannedDeletion])

    /// What goes with the folder, without the folder itself, which comes last.
    var content: ArraySlice<PlannedDeletion> { if case .directory(let deletions) = self { deletions.dropLast() } else { [] } }
}

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

    /// What is told of it when new content has come.
    var change: SyncChange {
        let kind: SyncChange.Kind = if case .nothing = replacement { .create } else { .update }
        let isOther = !differences.contains(.isNew) && !isShared
        return SyncChange(kind: kind, type: .file, path: path, differences: isOther ? differences.union(.content) : differences)
    }

    /// Whether the receiver's file has another name that is not to change with it: a new file takes its place even if
    /// the content is the same.
    var isShared = false
    /// Another file that may hold its content: what it was renamed or copied from.
    var twin: TreePath?

    var partPath: TreePath? { part.map { TreePath(path.split.parent).appending($0) } }

    /// Whether it is worth while to look at what the receiver has of it.
    var mayBeDelta: Bool {
        size >= DeltaFile.smallest && (part != nil || (oldSize ?? 0) >= max(DeltaFile.smallest / 4, size / 16))
    }

    /// Whether that is worth while where bytes are dear: a small file's recipe takes a tenth of what the packed file does.
    var mayBeSmallDelta: Bool { size >= 8 << 10 && (oldSize ?? 0) >= max(4 << 10, size / 4) }
}
