public import Fleet
import FoundationEssentials
import Synchronization
public import TreeSync
import Wire

/// What happens while a run is brought about and followed; the command line renders these.
public enum JobEvent: Sendable {
    case connected(hostName: String)
    case syncing(SyncProgress)
    case problem(SyncProblem)
    case synced(TreeSync.SyncReport)
    case preparing(command: String)
    /// A line that the build printed, safe to show.
    case buildLine(String)
    case prepared(seconds: Double)
    case started(RunStatus)
    case status(RunStatus, HostSample)
    case finished(FileRecord)
    /// A worker died, the budget is over: something to mention, with its text.
    case notice(String)
    case disconnected(reason: String, retryIn: Double)
    case fetched(folder: String)
}

public typealias JobEventHandler = @Sendable (JobEvent) -> Void

/// What a followed run came to.
public struct JobResult: Sendable {
    public var status: RunStatus
    /// The first files that did not pass, with their first failures.
    public var failures: [FileRecord]
    /// The first files that passed and failed on the same sources.
    public var flaky: [FileRecord] = []
    /// Where the results are on this machine.
    public var folder: String?
    /// Why they could not be brought home. They are still on the host.
    public var fetchError: RemoteError?
}

/// `slt-remote run`: sync, prepare, start, follow, fetch; each step only when the one before it went well.
public struct RunJob: Sendable {
    public var host: Host
    public var configuration: Configuration
    public var skipsSync = false
    public var forcesSync = false
    /// Which of the suite's files to run; the configuration's order holds where this has none.
    public var selection = Selection()
    /// Start only; do not follow.
    public var detaches = false
    /// A run to go on with instead of making one; an empty name is the latest.
    public var resumes: String?
    /// Who asks, for others on the host to see.
    public var startedBy: String

    public init(host: Host, configuration: Configuration, startedBy: String) {
        self.host = host
        self.configuration = configuration
        self.startedBy = startedBy
    }

    /// - Throws: ``RemoteError``, `SyncError`, `SSHError`, `CancellationError` (the run, once started, goes on).
    public func run(events: @escaping JobEventHandler) async throws -> JobResult {
        try check()
        let followed = FollowedRun(host: host, events: events)
        do {
            return try await host.withAgent { agent in
                events(.connected(hostName: agent.hostName))
                let status = try await start(agent, events)
                events(.started(status))
                followed.begin(status)
                if detaches { return JobResult(status: status, failures: []) }
                return try await followed.follow(agent)
            }
        } catch where followed.hasBegun && FollowedRun.mayReconnect(error) {
            return try await followed.reconnect(after: error)
        }
    }

    private func check() throws(RemoteError) {
        guard resumes == nil else { return }
        if configuration.suite.files.isEmpty {
            throw RemoteError(.usage, "no test files are given: set 'files' in [suite], or name globs on the command line")
        }
    }

    private func start(_ agent: AgentClient, _ events: @escaping JobEventHandler) async throws -> RunStatus {
        if let resumes { return try await agent.resume(run: resumes.isEmpty ? nil : resumes) }
        var source = SourceState()
        if !skipsSync {
            let job = SyncJob(host: host, configuration: configuration, options: SyncOptions(delete: configuration.sync.delete, force: forcesSync))
            let report = try await job.run(agent, events)
            source = await SourceState(of: configuration.sync.source, digest: report.treeDigest)
        }
        try await prepare(agent, events)
        return try await agent.start(request(source))
    }

    private func prepare(_ agent: AgentClient, _ events: @escaping JobEventHandler) async throws {
        guard let command = configuration.prepare.command else { return }
        events(.preparing(command: command))
        let request = PrepareRequest(workspace: host.settings.workspace, command: command,
                                     environment: configuration.prepare.environment, timeout: configuration.prepare.timeout)
        let output = SafeLines { events(.buildLine($0)) }
        let clock = ContinuousClock()
        let begin = clock.now
        let end = try await agent.prepare(request) { output.add($0) }
        output.finish()
        switch end {
        case .exited(0): events(.prepared(seconds: (clock.now - begin).seconds))
        case .exited(let code): throw failed("it ended with exit code \(code)\(code == 127 ? ", which says that a program was not found" : "")")
        case .signaled(let name): throw failed("it was ended by \(name)")
        case .timedOut: throw failed("it took longer than \(Human.duration(configuration.prepare.timeout)); raise 'timeout' in [prepare]")
        }
    }

    private func failed(_ how: String) -> RemoteError {
        RemoteError(.prepare, "the build command failed on \(host.name): \(how); nothing was run")
    }

    private func request(_ source: SourceState) -> StartRequest {
        let run = configuration.run
        let workers: Int? = if case .exactly(let count) = run.workers { count } else { nil }
        var spec = RunSpec(id: "", workspace: "", mode: run.mode, workers: workers ?? 1, timeBudget: run.time, fileTimeout: run.fileTimeout,
                           attempts: run.attempts, memoryLimit: run.memory, seed: run.seed, engine: configuration.engine,
                           source: source, startedBy: startedBy)
        spec.retries = run.retries
        spec.memoryFloor = run.memoryFloor
        spec.fileTimeouts = configuration.suite.timeouts
        spec.selection = selection
        spec.selection?.order = selection.order ?? run.order
        let block = configuration.suite.block.map { BlockedFile(path: $0.files, reason: $0.reason) }
        return StartRequest(workspace: host.settings.workspace, globs: configuration.suite.files, block: block, workers: workers, spec: spec)
    }
}

extension SourceState {
    /// What git and the sync say of a tree.
    init(of source: String, digest: String) async {
        let git = await GitState.read(source)
        self.init(treeDigest: digest, commit: git?.commit, branch: git?.branch, dirty: git?.isDirty ?? false)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
