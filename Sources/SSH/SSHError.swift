/// Why something over SSH could not be done.
public struct SSHError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The target's description is wrong or asks for what is not supported.
        case invalidTarget
        /// The name has no address.
        case unresolvable
        /// No address could be reached: refused, no route.
        case unreachable
        case timedOut
        /// The two sides could not agree on how to talk.
        case handshakeFailed
        /// No known_hosts file has the host's key.
        case hostKeyUnknown
        /// The host shows another key than the one that is known, or a revoked one.
        case hostKeyChanged
        case authenticationFailed
        /// An established connection ended or fell silent.
        case connectionLost
        /// The host does not open another channel, or does not run the command.
        case channelRefused
        /// The session or channel was closed on this side.
        case closed
        /// The remote process does not take input any more.
        case remoteEnded
        /// A file on this side cannot be read or written.
        case localFile
    }

    public let code: Code
    /// Lower case, "cannot …: …"; has no secrets.
    public let message: String
    /// What the user can do next, if anything is known to help.
    public let remedy: String?
    /// Whether the same call may succeed later without a change by the user.
    public let isRetryable: Bool

    public init(_ code: Code, _ message: String, remedy: String? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.isRetryable = isRetryable
    }

    public var description: String { remedy.map { "\(message); \($0)" } ?? message }
}
