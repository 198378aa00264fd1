import AgentProtocol
public import Fleet
import Platform
import Synchronization

/// A run that is followed to its end and brought home, over as many connections as that takes.
public final class FollowedRun: Sendable {
    private struct State {
        var run: RunChoice
        var offset = 0
        var status: RunStatus?
        var failures: [FileRecord] = []
        var mentioned: Set<Int> = []
        /// When the end of a round was last told, in seconds since 1970.
        var roundTold = 0.0
        /// Messages of the agent so far.
        var heard = 0
        /// What is to be mentioned once all events that there are have been read: a later start of the run makes it old.
        var notices: [String] = []
    }

    private let host: Host
    private let events: JobEventHandler
    /// `nil` fetches nothing.
    private let results: String?
    /// Where it is noted when it has come; `nil` notes it nowhere.
    private let history: RunHistory?
    private let state: Mutex<State>

    /// How many failing files are kept for the summary.
    private static let failuresKept = 50

    /// - Parameters:
    ///   - host: which host has the run.
    ///   - run: which run; without a name the live one, else the latest.
    ///   - results: where the folder of the run goes when it has ended; `nil` fetches nothing.
    ///   - history: where it is noted when it has come; `nil` notes it nowhere.
    ///   - events: called from other threads, one call at a time; it must return soon.
    public init(host: Host, run: RunChoice = .any, results: String?, history: RunHistory? = RunHistory(), events: @escaping JobEventHandler) {
        self.host = host
        self.events = events
        self.results = results
        self.history = history
        state = Mutex(State(run: run))
    }

    /// Follows on a connection of its own, and on another one when it is lost.
    /// - Throws: ``RemoteError`` or `CancellationError`; the run goes on.
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
            state.run = .named(status.id)
            state.status = status
        }
    }

    func follow(_ agent: AgentClient) async throws -> JobResult {
        let (run, offset) = state.withLock { ($0.run, $0.offset) }
        try await agent.follow(run: run, from: offset) { message in
            state.withLock { $0.heard += 1 }
            switch message {
            case .status(let status, let sample):
                begin(status)
                tellNotices()
                events(.status(status, sample))
            case .events(let events, let next):
                for event in events { take(event) }
                state.withLock { $0.offset = max($0.offset, next) }
            }
        }
        tellNotices()
        guard let status = state.withLock({ $0.status }) else { throw RemoteError(.host, "the agent said nothing of the run") }
        var result = JobResult(status: status, failures: state.withLock { $0.failures })
        do {
            if let results {
                let folder = try await bringHome(agent, status, results)
                result.folder = folder
                // Before anything is left out: what is new is wanted first.
                if status.phase == .finished { result.judge(folder) }
                let details = RecordDetails(folder: folder)
                if status.failed > 0 {
                    let failing = details.failing(newFiles: result.judgement?.filesToMend)
                    if !failing.isEmpty { result.failures = failing }
                }
                if status.flaky ?? 0 > 0 { result.flaky = details.flaky() }
                if (try? RunFolder(path: folder))?.spec.split ?? .off != .off { result.parted = details.parted() }
                if status.keptOut > 0 { result.keptOut = details.keptOut() }
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
                guard record.outcome != .pass, !record.outcome.isKeptOut else { return true }
                // There is an end to the files of a run, and none to what a host may send.
                guard state.mentioned.count < 1 << 20, state.mentioned.insert(record.id).inserted else { return false }
                if state.failures.count < Self.failuresKept { state.failures.append(record) }
                return true
            }
            if isNew { events(.finished(record)) }
        case .iterationFinished where !isDue(event):
            break
        case .workerDied, .budgetOver, .stopRequested, .iterationFinished, .resized:
            if let message = event.message { note(SafeText.sentence(message, limit: 500)) }
        case .runStarted: state.withLock { $0.notices = [] }
        case .workerStarted, .runFinished: break
        }
    }

    private static let noticesKept = 200

    private func note(_ text: String) {
        state.withLock { state in
            if state.notices.count < Self.noticesKept { state.notices.append(text) }
        }
    }

    private func tellNotices() {
        let notices = state.withLock { state in
            defer { state.notices = [] }
            return state.notices
        }
        for notice in notices { events(.notice(notice)) }
    }

    /// Seconds between two notes about rounds: a soak run may have many a second.
    private static let roundPause = 30.0

    private func isDue(_ event: RunEvent) -> Bool {
        state.withLock { state in
            guard event.time - state.roundTold >= Self.roundPause else { return false }
            state.roundTold = event.time
            return true
        }
    }

    private func bringHome(_ agent: AgentClient, _ status: RunStatus, _ results: String) async throws -> String {
        var job = FetchJob(host: host, results: results)
        job.history = history
        let fetched = try await job.run(agent, run: .named(status.id))
        events(.fetched(folder: fetched.folder))
        if let notice = fetched.historyNotice { events(.warning(notice)) }
        return fetched.folder
    }

    // MARK: coming back

    /// Seconds before each try.
    static let pauses: [Double] = [0.5, 1, 2, 4, 8, 15, 30]

    /// Whether it was the connection that failed.
    static func mayReconnect(_ error: any Error) -> Bool {
        (error as? RemoteError)?.code == .connection
    }

    func reconnect(after error: any Error) async throws -> JobResult {
        var last = error
        var tries = 0
        while tries < Self.pauses.count {
            let pause = Self.pauses[tries], heard = state.withLock { $0.heard }
            try Task.checkCancellation()
            events(.disconnected(reason: RemoteError(last).description, retryIn: pause))
            try await Task.sleep(for: .seconds(pause))
            do {
                return try await host.withAgent { try await self.follow($0) }
            } catch where Self.mayReconnect(error) {
                last = error
                // A connection that had worked is a new loss, not one more failure of the old one.
                tries = state.withLock { $0.heard } > heard ? 0 : tries + 1
            }
        }
        let id = state.withLock { $0.run.name } ?? ""
        throw RemoteError(.connection, "\(RemoteError(last)); run \(id) goes on there", remedy: .follow(run: id), isRetryable: true)
    }
}
