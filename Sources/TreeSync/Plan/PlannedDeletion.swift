/// Something to delete; folders come after what they hold.
struct PlannedDeletion: Sendable {
    var path: TreePath
    var kind: EntryKind

    var change: SyncChange { SyncChange(kind: .delete, type: kind, path: path) }
}
