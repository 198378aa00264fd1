import Glibc
public import Platform

/// What can go wrong with a run directory, a suite or a fleet.
public struct FleetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of thing went wrong.
    public enum Code: String, Sendable {
        /// The specification or a glob cannot be used as it stands.
        case invalid
        /// A glob matches no file, or the suite has none.
        case noFiles
        case noSuchRun
        case runExists
        /// A supervisor holds the run.
        case alreadyRunning
        /// Another client has the workspace.
        case locked
        /// The workspace is another tree's.
        case otherTree
        /// Others could change what would be executed or written.
        case untrusted
        /// Nothing is left to run.
        case alreadyFinished
        /// A file of the run directory is not what its format says.
        case corrupt
        /// A system call failed.
        case system
        /// The supervisor or the workers could not be started.
        case startFailed
        /// The records do not add up to the files.
        case accounting
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// Lower case, `cannot …: …`, with what to do next where that is known.
    public let message: String
    /// What can be done about it, where that is more than the message says.
    public let remedy: Remedy?
    /// Whether the same call may work later without a change.
    public let isRetryable: Bool

    /// - Parameter message: lower case, `cannot …: …`.
    public init(_ code: Code, _ message: String, remedy: Remedy? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.isRetryable = isRetryable
    }

    /// A failed system call: `cannot <action>: <strerror>`, with a remedy for the errors that have one.
    static func system(_ action: String, _ number: Int32 = errno) -> FleetError {
        let remedy = switch number {
        case ENOSPC, EDQUOT: "; free some space there, then try again"
        case EROFS: "; choose a state folder that can be written"
        case EACCES, EPERM: "; check the permissions"
        case EMFILE, ENFILE: "; raise the limit of open files"
        default: ""
        }
        let retryable = [ENOSPC, EDQUOT, EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, ETIMEDOUT, ESTALE, EIO].contains(number)
        return FleetError(.system, "cannot \(action): \(ErrorText.of(number))\(remedy)", isRetryable: retryable)
    }

    /// The message, and what to do about it in words that name no command.
    public var description: String { remedy.map { "\(message); \($0)" } ?? message }
}
