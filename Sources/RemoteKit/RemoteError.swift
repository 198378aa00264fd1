import AgentProtocol
public import Platform
import SSH
import TreeSync
import Wire

/// Why something could not be done with a host: the one error of this module. Besides it only `CancellationError` is thrown,
/// and what a closure of the caller's own throws.
public struct RemoteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure this is; ``ExitCode`` is derived from it.
    public enum Code: String, Sendable {
        /// Asked for in a way that cannot work: an unknown run, a glob that matches nothing.
        case usage
        /// The configuration cannot be used.
        case configuration
        /// The worker binary that is to be uploaded is not there or is no program.
        case worker
        /// The worker that was uploaded cannot load the library of the run's engine; the dynamic one can.
        case engineLibrary
        /// The connection cannot be made, or was lost. What runs on the host goes on.
        case connection
        /// The host refused us, or cannot: keys, permissions, disk, memory.
        case host
        /// The host cannot run the worker: another machine, too old a C library.
        case unsuitableHost
        /// A run uses what is asked for.
        case busy
        /// Another client is at work on the workspace at this moment.
        case locked
        /// The workspace is another tree's.
        case otherTree
        /// The build command failed.
        case prepare
        /// The engine cannot be used there.
        case engine
        /// What came back does not add up.
        case results
    }

    /// What kind of failure this is.
    public let code: Code
    /// In lower case, `cannot …: why`. Safe to show: a line, or, of a configuration, a line for each problem.
    public let message: String
    /// What can be done about it, where that is more than the message says.
    public let remedy: Remedy?
    /// Whether the same call may succeed later without a change.
    public let isRetryable: Bool

    /// The message may hold words of a host: it is made one line, so that no host can forge another.
    public init(_ code: Code, _ message: String, remedy: Remedy? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = SafeText.sentence(message, limit: 4000)
        self.remedy = remedy
        self.isRetryable = isRetryable
    }

    /// The message, and what to do about it in words that name no command.
    public var description: String { remedy.map { "\(message); \(SafeText.sentence($0.description, limit: 2000))" } ?? message }
}

extension RemoteError {
    /// Any error of the layers below, as one of this module.
    public init(_ error: any Error) {
        switch error {
        case let error as RemoteError: self = error
        case let error as WireFault: self.init(error)
        case let error as SSHError: self.init(error)
        case let error as SyncError: self.init(error)
        case let error as ConfigurationError: self.init(error)
        case let error as AgentSilence: self.init(.host, "the agent did not start" + (error.printed.isEmpty ? "" : "; it printed: \(error.printed.sentence(limit: 2000))"))
        default: self.init(.host, "\(error)")
        }
    }

    /// Each problem is safe and has a line of its own.
    private init(_ error: ConfigurationError) {
        code = .configuration
        message = error.description
        remedy = error.problems.count == 1 ? error.problems[0].remedy : nil
        isRetryable = false
    }

    private init(_ fault: WireFault) {
        let code: Code = switch fault.code {
        case .request: .usage
        case .busy: .busy
        case .locked: .locked
        case .otherTree: .otherTree
        case .needsLibraries: .engineLibrary
        case .prepare: .prepare
        case .disconnected: .connection
        case .malformed, .version, .cancelled, .host: .host
        }
        self.init(code, fault.message, remedy: fault.remedy, isRetryable: fault.isRetryable)
    }

    private init(_ error: SSHError) {
        let code: Code = switch error.code {
        case .invalidTarget: .usage
        case .connectionLost, .closed, .remoteEnded, .unreachable, .timedOut: .connection
        default: error.isRetryable ? .connection : .host
        }
        self.init(code, error.message, remedy: error.remedy, isRetryable: error.isRetryable)
    }

    private init(_ error: SyncError) {
        let code: Code = switch error.code {
        case .source, .massDeletion, .rules: .usage
        case .disconnected: .connection
        default: .host
        }
        self.init(code, error.message, remedy: error.remedy, isRetryable: error.canRetry)
    }

    /// Runs `body`, whose errors leave as ones of this module.
    static func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let fault as WireFault where fault.code == .cancelled {
            // A conversation ends with the task that holds it, perhaps a moment before the tasks that use it are told.
            throw CancellationError()
        } catch {
            throw error is CancellationError || error is OwnError ? error : RemoteError(error)
        }
    }
}

/// An error of the caller's own, on its way through this module.
struct OwnError: Error {
    let error: any Error
}

extension ExitCode {
    /// The code of an error that ended a command.
    public static func of(_ error: any Error) -> ExitCode {
        if error is CancellationError { return .interrupted }
        return switch RemoteError(error).code {
        case .usage, .configuration, .worker, .engineLibrary, .busy, .otherTree: .usage
        case .connection, .host, .unsuitableHost, .locked, .results: .host
        case .prepare: .prepareFailed
        case .engine: .engine
        }
    }
}
