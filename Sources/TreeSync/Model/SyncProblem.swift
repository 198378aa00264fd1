/// Something that a sync could not do for one path, and went on.
public struct SyncProblem: Sendable, Codable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Codable {
        /// The sender could not read it.
        case unreadable
        /// It was listed and is gone; what the receiver had is kept.
        case vanished
        /// It was written to while it was read: what arrived may mix two states.
        case changedWhileRead
        /// It changed after it was listed; the newer state arrived whole.
        case changedAfterListing
        /// A FIFO, socket or device.
        case unsupportedType
        /// The receiver could not write it.
        case unwritable
        /// The receiver could not delete it.
        case undeletable
        /// Something that the rules protect is in the way.
        case blockedByProtected
        /// A folder with content is in the way and deleting was not asked for.
        case blockedByDirectory
        /// The receiver's policy forbids it.
        case forbidden
    }

    public var kind: Kind
    public var path: TreePath
    /// The reason, as a person reads it: "permission denied".
    public var reason: String

    public init(kind: Kind, path: TreePath, reason: String) {
        self.kind = kind
        self.path = path
        self.reason = reason
    }

    /// Whether the receiver lacks something because of it.
    public var leavesGap: Bool { kind != .changedAfterListing }

    public var description: String { "\(path): \(reason)" }
}
