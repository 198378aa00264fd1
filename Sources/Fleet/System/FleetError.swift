import Glibc

/// What can go wrong with a run directory, a suite or a fleet.
public struct FleetError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The specification or a glob cannot be used as it stands.
        case invalid
        /// A glob matches no file, or the suite has none.
        case noFiles
        case noSuchRun
        case runExists
        /// A supervisor holds the run.
        case alreadyRunning
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

    public let code: Code
    /// Lower case, `cannot …: …`, with what to do next where that is known.
    public let message: String
    /// Whether the same call may work later without a change.
    public let isRetryable: Bool

    public init(_ code: Code, _ message: String, isRetryable: Bool = false) {
        self.code = code
        self.message = message
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
        return FleetError(.system, "cannot \(action): \(describe(number))\(remedy)", isRetryable: retryable)
    }

    public var description: String { message }
}

/// The text of an error number, in lower case at its start as our messages are.
func describe(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
