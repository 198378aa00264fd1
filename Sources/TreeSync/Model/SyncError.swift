public import Platform

/// Why a sync ended early. Nothing is ever half written then.
public struct SyncError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Codable {
        /// The source is not there or is no folder.
        case source
        /// The destination cannot be made, opened or written.
        case destination
        /// No room left on the destination's disk, or in the user's quota.
        case noSpace
        /// More than half of at least 20 files, or everything, would be deleted.
        case massDeletion
        /// A rule file cannot be used.
        case rules
        /// What changed cannot be sent alone: the next sync has to look at all of the tree.
        case notApart
        /// A limit of the receiver's policy is passed.
        case limit
        /// The peer does not speak this protocol, or another version of it.
        case incompatible
        /// The peer sent what it must not.
        case violation
        /// The conversation ended before the sync did.
        case disconnected
        /// This machine lacks threads, memory or descriptors.
        case resources
    }

    /// What kind of failure it is.
    public var code: Code
    /// Lower case, says what to do next.
    public var message: String
    /// Whether the same sync may succeed when it is simply tried again.
    public var canRetry: Bool

    /// What can be done about it, where that is more than the message says.
    public var remedy: Remedy?

    /// An error of this module.
    public init(_ code: Code, _ message: String, remedy: Remedy? = nil, canRetry: Bool = false) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.canRetry = canRetry
    }

    /// The message, and what to do about it in words that name no command.
    public var description: String { remedy.map { "\(message); \($0)" } ?? message }

    static func violation(_ what: String) -> SyncError {
        SyncError(.violation, "cannot go on with the sync: the other side sent \(what); check that both run the same version")
    }

    static let disconnected = SyncError(.disconnected, "cannot finish the sync: the connection ended; run it again, what arrived is kept",
                                        canRetry: true)
}
