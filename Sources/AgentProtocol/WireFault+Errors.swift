public import Fleet
public import TreeSync
public import Wire

extension WireFault {
    /// A fleet's error as it crosses to the client: its code says what the client exits with, its message is for people.
    public init(_ error: FleetError) {
        let code: Code = switch error.code {
        case .invalid, .noFiles, .noSuchRun, .alreadyFinished, .runExists: .request
        case .alreadyRunning: .busy
        case .locked: .locked
        case .otherTree: .otherTree
        case .untrusted, .corrupt, .system, .startFailed, .accounting: .host
        }
        self.init(code, error.message, remedy: error.remedy, isRetryable: error.isRetryable)
    }

    /// A sync's error, likewise.
    public init(_ error: SyncError) {
        let code: Code = switch error.code {
        case .source, .massDeletion, .rules: .request
        case .incompatible: .version
        case .violation: .malformed
        case .disconnected: .disconnected
        case .destination, .noSpace, .limit, .notApart, .resources: .host
        }
        self.init(code, error.message, remedy: error.remedy, isRetryable: error.canRetry)
    }
}
