/// Something that a sync could not do for one path, and went on; or, as a note, something that it did not have to do.
public struct SyncProblem: Sendable, Codable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
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

    /// What kind of problem it is.
    public var kind: Kind
    /// Of what, below the root.
    public var path: TreePath
    /// The reason, as a person reads it: "permission denied".
    public var reason: String

    /// A problem of one path.
    public init(kind: Kind, path: TreePath, reason: String) {
        self.kind = kind
        self.path = path
        self.reason = reason
    }

    /// Whether all that can be sent arrived all the same: it is said, and is no failure.
    public var isNote: Bool { kind == .changedAfterListing || kind == .unsupportedType }

    /// The most problems that a receiver tells the other side's user of as they are found; the report counts all.
    public static let eventLimit = 2000

    /// `path: reason`, safe to show as far as the reason is.
    public var description: String { "\(path): \(reason)" }
}
