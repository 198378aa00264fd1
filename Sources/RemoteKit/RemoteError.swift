import SSH
import TreeSync
import Wire

/// Why something could not be done with a host.
public struct RemoteError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Asked for in a way that cannot work: an unknown run, a glob that matches nothing.
        case usage
        /// The worker binary that is to be uploaded is not there or is no program.
        case worker
        /// The host cannot be reached, refused us, or was lost.
        case host
        /// The host cannot run the worker: another machine, too old a C library.
        case unsuitableHost
        /// The build command failed.
        case prepare
        /// What came back does not add up.
        case results
    }

    public let code: Code
    /// In lower case, says what to do next.
    public let message: String
    public let isRetryable: Bool

    public init(_ code: Code, _ message: String, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }

    public var description: String { message }
}

extension RemoteError {
    /// Any error of the layers below, as one of this module.
    public init(_ error: any Error) {
        switch error {
        case let error as RemoteError: self = error
        case let error as WireFault: self.init(error)
        case let error as SSHError: self.init(error.code == .invalidTarget ? .usage : .host, "\(error)", isRetryable: error.isRetryable)
        case let error as SyncError: self.init(error)
        case let error as ConfigurationError: self.init(.usage, "\(error)")
        default: self.init(.host, "\(error)")
        }
    }

    private init(_ fault: WireFault) {
        let code: Code = switch fault.code {
        case .request, .busy: .usage
        case .prepare: .prepare
        case .malformed, .version, .disconnected, .cancelled, .host: .host
        }
        self.init(code, fault.message, isRetryable: fault.isRetryable)
    }

    private init(_ error: SyncError) {
        let code: Code = switch error.code {
        case .source, .massDeletion, .rules: .usage
        default: .host
        }
        self.init(code, error.message, isRetryable: error.canRetry)
    }
}

extension ExitCode {
    /// The code of an error that ended a command.
    public static func of(_ error: any Error) -> ExitCode {
        if error is CancellationError { return .interrupted }
        return switch RemoteError(error).code {
        case .usage, .worker: .usage
        case .host, .unsuitableHost, .results: .host
        case .prepare: .prepareFailed
        }
    }
}
