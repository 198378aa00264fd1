import Glibc
public import Platform

/// Why something over SSH could not be done.
public struct SSHError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// The target's description is wrong or asks for what is not supported.
        case invalidTarget
        /// The name has no address.
        case unresolvable
        /// No address could be reached: refused, no route.
        case unreachable
        /// An answer did not come in time.
        case timedOut
        /// The two sides could not agree on how to talk.
        case handshakeFailed
        /// No known_hosts file has the host's key.
        case hostKeyUnknown
        /// The host shows another key than the one that is known, or a revoked one.
        case hostKeyChanged
        /// Nothing that the user has let them in.
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

    /// For decisions of a program.
    public let code: Code
    /// Lower case, "cannot …: …"; has no secrets.
    public let message: String
    /// What can be done about it, if anything is known to help.
    public let remedy: Remedy?
    /// Whether the same call may succeed later without a change by the user.
    public let isRetryable: Bool

    /// - Parameter message: lower case, "cannot …: …".
    public init(_ code: Code, _ message: String, remedy: Remedy?, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.isRetryable = isRetryable
    }

    /// - Parameter remedy: in plain words, which name no command.
    public init(_ code: Code, _ message: String, remedy: String? = nil, isRetryable: Bool = false) {
        self.init(code, message, remedy: remedy.map { .advice($0) }, isRetryable: isRetryable)
    }

    /// The message, and what to do about it in words that name no command.
    public var description: String { remedy.map { "\(message); \($0)" } ?? message }
}

extension SSHError {
    /// The system gave no descriptor to wait for; `errno` says why.
    static var noDescriptor: SSHError {
        SSHError(.localFile, "cannot make an eventfd: \(ErrorText.of(errno))", remedy: "raise the limit of open files (ulimit -n)", isRetryable: true)
    }

    /// The system gave no thread.
    init(_ failure: SystemThread.Failure) {
        self.init(.localFile, "cannot start a thread: \(failure.text)", remedy: "raise the limit of processes and threads (ulimit -u)", isRetryable: true)
    }
}
