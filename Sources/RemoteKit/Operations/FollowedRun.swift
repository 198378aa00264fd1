import Fleet
import SSH
import Synchronization
import TreeSync
import Wire

/// A run that is followed to its end and brought home, over as many connections as that takes.
public final class FollowedRun: Sendable {
    private struct State {
        var id: String?
        var offset = 0
        var status: RunStatus?
        var failures: [FileRecord] = []
        var mentioned: Set<Int> = []
        /// Messages of the agent so far.
        var heard = 0
    }

    private let host: Host
    private let events: JobEventHandler
    private let fetches: Bool
    private let state: Mutex<State>

    /// How many failing files are kept for the summary.
    private static let failuresKept = 50

    /// - Parameter run: its name; `nil` is the live one, else the latest.
    public init(host: Host, run: String? = nil, fetches: Bool = true, events: @escaping JobEventHandler) {
        self.host = host
        self.events = events
        self.fetches = fetches
        state = Mutex(State(id: run))
    }

    /// Follows on a connection of its own, and on another one when it is lost.
    public func attach() async throws -> JobResult {
        do {
            return try await host.withAgent { try await self.follow($0) }
        } catch where hasBegun && Self.mayReconnect(error) {
            return try await reconnect(after: error)
        }
    }

    /// Whether there is a run to come back to.
    var hasBegun: Bool { state.withLock { $0.status != nil } }

    func begin(_ status: RunStatus) {
        state.withLock { state in
            state.id = status.id
            state.status = status
        }
    }

    func follow(_ agent: AgentClient) async throws -> JobResult {
        let (id, offset) = state.withLock { ($0.id, $0.offset) }
        try await agent.follow(run: id, from: offset) { message in
            state.withLock { $0.heard += 1 }
            switch message {
            case .status(let status, let sample):
                let status = status.clamped()
                begin(status)
                events(.status(status, sample.clamped()))
            case .events(let events, let next):
                for event in events { take(event) }
                state.withLock { $0.offset = max($0.offset, next) }
            }
        }
        guard let status = state.withLock({ $0.status }) else { throw RemoteError(.host, "the agent said nothing of the run") }
        var result = JobResult(status: status, failures: state.withLock { $0.failures })
        do {
            if fetches {
                let folder = try await bringHome(agent, status)
                result.folder = folder
                let details = RecordDetails(folder: folder)
                result.failures = details.added(to: result.failures)
                if status.flaky ?? 0 > 0 { result.flaky = details.flaky() }
            }
        } catch where !Self.mayReconnect(error) && !(error is CancellationError) {
            result.fetchError = RemoteError(error)
        }
        return result
    }

    private func take(_ event: RunEvent) {
        switch event.kind {
        case .fileFinished:
            guard let record = event.record else { return }
            let isNew = state.withLock { state -> Bool in
                guard record.outcome != .pass, record.outcome != .skipped else { return true }
                guard state.mentioned.insert(record.id).inserted else { return false }
                if state.failures.count < Self.failuresKept { state.failures.append(record) }
                return true
            }
            if isNew { events(.finished(record)) }
        case .workerDied, .budgetOver, .stopRequested, .iterationFinished, .resized:
            if let message = event.message { events(.notice(SafeText.line(message, limit: 500))) }
        case .runStarted, .workerStarted, .runFinished: break
        }
    }

    private func bringHome(_ agent: AgentClient, _ status: RunStatus) async throws -> String {
        let fetched = try await FetchJob(host: host, folder: ResultsFolder.standard(host: host.name)).run(agent, run: status.id)
        events(.fetched(folder: fetched.folder))
        return fetched.folder
    }

    // MARK: coming back

    /// Seconds before each try.
    private static let pauses: [Double] = [0.5, 1, 2, 4, 8, 15, 30]

    /// Whether it was the connection that failed.
    static func mayReconnect(_ error: any Error) -> Bool {
        switch error {
        case let fault as WireFault: fault.code == .disconnected
        case let error as RemoteError: error.code == .host && error.isRetryable
        case let error as SyncError: error.code == .disconnected
        case let error as SSHError: error.isRetryable || [.connectionLost, .closed, .remoteEnded, .unreachable, .timedOut].contains(error.code)
        default: false
        }
    }

    func reconnect(after error: any Error) async throws -> JobResult {
        var last = error
        var tries = 0
        while tries < Self.pauses.count {
            let pause = Self.pauses[tries], heard = state.withLock { $0.heard }
            try Task.checkCancellation()
            events(.disconnected(reason: RemoteError(last).message, retryIn: pause))
            try await Task.sleep(for: .seconds(pause))
            do {
                return try await host.withAgent { try await self.follow($0) }
            } catch where Self.mayReconnect(error) {
                last = error
                // A connection that had worked is a new loss, not one more failure of the old one.
                tries = state.withLock { $0.heard } > heard ? 0 : tries + 1
            }
        }
        let id = state.withLock { $0.id } ?? ""
        throw RemoteError(.host, "\(RemoteError(last).message); run \(id) goes on there: slt-remote attach --host \(host.name) \(id)", isRetryable: true)
    }
}
