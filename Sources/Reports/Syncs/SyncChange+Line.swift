public import TreeSync

extension SyncChange {
    /// `update file src/main.rs`, safe to print.
    public var line: String {
        let what = switch kind {
        case .create: "create"
        case .update: "update"
        case .delete: "delete"
        case .metadata: "touch "
        }
        return "\(what) \(path.description)"
    }
}
