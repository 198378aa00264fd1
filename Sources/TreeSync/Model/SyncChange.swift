/// One difference between the trees, that a sync removes or, in a dry run, would.
public struct SyncChange: Sendable, Codable, Hashable {
    public enum Kind: UInt8, Sendable, Codable {
        case create = 1
        /// Other content, target or type.
        case update = 2
        case delete = 3
        /// Only mode or modification time.
        case metadata = 4
    }

    public var kind: Kind
    public var type: EntryKind
    public var path: TreePath

    public init(kind: Kind, type: EntryKind, path: TreePath) {
        self.kind = kind
        self.type = type
        self.path = path
    }
}
