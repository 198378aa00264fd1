import AgentProtocol
public import Fleet
import FoundationEssentials
import Platform
import TreeSync
import Wire

/// `slt-remote run`: sync, prepare, start, follow, fetch; each step only when the one before it went well.
public struct RunJob: Sendable {
    /// Where it runs.
    public var host: Host
    /// What is synced, built and run, and how.
    public var configuration: Configuration
    /// How the sources are brought; `nil` for what the configuration says.
    var syncOptions: SyncOptions?
    /// Leave the sources on the host as they are.
    public var skipsSync = false
    /// Let the sync delete also where it looks like a mistake; of a run that is resumed, go on though the sources have changed.
    public var forcesSync = false
    /// Make the workspace this tree's, whatever it is now.
    public var takesOver = false
    /// Go on, with a stamp on the run, when the sync could not bring everything.
    public var allowsPartial = false
    /// Run what was built before.
    public var skipsBuild = false
    /// Which of the suite's files to run; the configuration's order holds where this has none.
    public var selection = Selection()
    /// In soak mode: how often the files are gone through, where the time does not end it before; such a run never counts as one of the whole suite.
    public var rounds: Int?
    /// Databases of files that fail stay on the host with the run, those of the first ones; not with an engine that is a program of its own.
    public var keepsDatabases = false
    /// Start only; do not follow.
    public var detaches = false
    /// Wait behind the run that uses the workspace, and those that wait already. With ``detaches`` the sources are brought at once, and the host starts the run.
    public var waits = false
    /// A run to go on with instead of making one.
    public enum ResumedRun: Sendable, Equatable {
        /// This workspace's latest.
        case latest
        case named(String)
    }

    /// The run to go on with; `nil` makes a new one.
    public var resumes: ResumedRun?
    /// What a resumed run gets other than it had: workers, and seconds for the whole run.
    public var resumedWorkers: WorkerCount?
    /// Seconds for the whole of a resumed run; `nil` leaves it what it had.
    public var resumedTime: Double?
    /// The words of the command line that asks for the run, for whoever reads of it later; secrets are taken out before it is stored.
    public var commandLine: [String] = []
    /// Who asks, for others on the host to see: `user@machine`.
    public var startedBy: String
    /// Where the folder of the run goes when it has ended, absolute; `nil` fetches nothing.
    public var results: String?
    /// Says what to expect of the files; `nil` leaves that to the host.
    public var history: RunHistory? = RunHistory()

    /// The results go to ``ResultsFolder/standard(host:)``, unless ``results`` is set otherwise.
    public init(host: Host, configuration: Configuration, startedBy: String = OwnName.text) {
        self.host = host
        self.configuration = configuration
        self.startedBy = startedBy
        results = ResultsFolder.standard(host: host.name)
    }

    /// Begins the job in a task of its own.
    public func begin() -> RunningJob<JobResult> { RunningJob { try await run(events: $0) } }

    /// Does all of it.
    /// - Parameter events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``RemoteError`` or `CancellationError`. The run, once started, goes on.
    public func run(events: @escaping JobEventHandler = { _ in }) async throws -> JobResult {
        try check()
        if resumes == nil { try checkNames(events) }
        if resumes == nil, configuration.run.cached, configuration.run.mode == .soak { events(.warning("a soak run repeats what has passed; it takes nothing from earlier runs")) }
        let known = resumes == nil ? try knownFailures(events) : nil
        if resumes == nil, configuration.engine.needsLibraries { return try await loadingLibraries().runHere(known, events) }
        do {
            return try await runHere(known, events)
        } catch let error as RemoteError where error.code == .engineLibrary {
            return try await loadingLibraries().runHere(known, events)
        }
    }

    /// Bytes: the list goes to the host in one message.
    private static let longestList = WireLimits.message * 3 / 4

    /// What is known to fail goes with the run: it is judged by that, whenever that is.
    func knownFailures(_ events: JobEventHandler) throws -> KnownFailures? {
        guard let path = configuration.suite.knownFailures else { return nil }
        let known = try configuration.knownFailures()
        if let known, try JSONEncoder().encode(known).count > Self.longestList {
            throw RemoteError(.usage, "cannot take the known failures of \(SafeText.line(path, limit: 300)) along: they are longer than \(Human.bytes(Self.longestList)); nothing was started",
                              remedy: .advice("shorten the reasons, or block the files that fail most"))
        }
        if known == nil { events(.warning("there is no file \(SafeText.line(path, limit: 300)) of known failures so far; every failure is a new one")) }
        return known
    }

    private func loadingLibraries() throws -> RunJob {
        var job = self
        job.host = try host.loadingLibraries()
        return job
    }

    private func runHere(_ known: KnownFailures?, _ events: @escaping JobEventHandler) async throws -> JobResult {
        let followed = FollowedRun(host: host, results: results, history: history, events: events)
        do {
            return try await host.withAgent { agent in
                events(.connected(hostName: agent.hostName))
                if waits, let queued = try await takePlace(agent, known, events) { return JobResult(status: queued, failures: []) }
                let status = try await start(agent, known, events)
                events(.started(status))
                followed.begin(status)
                if detaches { return JobResult(status: status, failures: []) }
                return try await followed.follow(agent)
            }
        } catch where followed.hasBegun && FollowedRun.mayReconnect(error) {
            return try await followed.reconnect(after: error)
        }
    }

    func check() throws(RemoteError) {
        guard resumes == nil else { return }
        if configuration.suite.files.isEmpty {
            throw RemoteError(.usage, "no test files are given", remedy: .nameFiles)
        }
        if keepsDatabases, [.external, .command].contains(configuration.engine.kind) {
            throw RemoteError(.usage, "cannot keep databases: the engine is a program of its own, and its databases are its own affair; nothing was started")
        }
    }

    private func start(_ agent: AgentClient, _ known: KnownFailures?, _ events: @escaping JobEventHandler) async throws -> RunStatus {
        if let resumes {
            try await agent.give(EngineSecrets(configuration.engine))
            let name: String? = if case .named(let name) = resumes { name } else { nil }
            let workers: Int? = switch resumedWorkers {
            case nil: nil
            case .auto: 0
            case .exactly(let count): count
            }
            return try await agent.resume(ResumeRequest(run: RunChoice(name: name, workspace: host.settings.workspace), force: forcesSync, workers: workers,
                                                        timeBudget: resumedTime))
        }
        return try await begin(agent, sourcesAndBuild(agent, events), known, events)
    }

    /// Makes a run of what is on the host, and starts it.
    /// - Parameter source: what was brought; `nil` where the host is to know.
    func begin(_ agent: AgentClient, _ source: SourceState?, _ known: KnownFailures?, _ events: @escaping JobEventHandler) async throws -> RunStatus {
        let status = try await agent.start(startRequest(source, known))
        for rule in status.unmatched ?? [] { events(.warning(configuration.noticeOfUnmatched(rule))) }
        return status
    }

    func startRequest(_ source: SourceState?, _ known: KnownFailures?) -> StartRequest {
        var request = request(source)
        // Without it the host orders the files by what it knows itself.
        request.expected = try? history?.expectations(of: SuiteKey(request.spec))
        request.known = known
        request.hasBuilt = !skipsBuild && configuration.prepare.command != nil
        return request
    }

    /// - Returns: what was brought; `nil` without a sync, where the host knows what the last one brought.
    func sourcesAndBuild(_ agent: AgentClient, _ events: @escaping JobEventHandler) async throws -> SourceState? {
        var source: SourceState?
        if skipsSync {
            try await agent.claim(SourceIdentity(configuration).request(host.settings.workspace, takesOver: takesOver))
        } else {
            source = try await bringSources(to: host, agent, events)
        }
        if !skipsBuild { try await prepare(agent, events) }
        return source
    }

    /// - Parameter host: names the workspace.
    func bringSources(to host: Host, _ agent: AgentClient, _ events: @escaping JobEventHandler) async throws -> SourceState {
        var job = SyncJob(host: host, configuration: configuration, options: syncOptions ?? SyncOptions(delete: configuration.sync.delete, force: forcesSync))
        job.takesOver = takesOver
        var (report, source) = try await job.bring(agent, events)
        if report.isPartial, !allowsPartial {
            throw RemoteError(.host, "the sync was partial: \(Human.count(report.problemCount, "problem")), named above; nothing was built or run",
                              remedy: .allowPartialSync)
        }
        if report.isPartial { source.partialSync = true }
        return source
    }

    /// `slt-remote prepare`: sync and build, and no run.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func prepareOnly(events: @escaping JobEventHandler = { _ in }) async throws {
        try await host.withAgent { agent in
            events(.connected(hostName: agent.hostName))
            _ = try await sourcesAndBuild(agent, events)
        }
    }

    /// A file that is named and is not in the tree that is about to be sent cannot be run, unless a build makes it.
    func checkNames(_ events: JobEventHandler) throws {
        guard !skipsSync else { return }
        let builds = configuration.prepare.command != nil
        let maker = skipsBuild ? "an earlier build must have made it" : "the build must make it"
        for name in configuration.suite.files where Glob.isLiteral(name) {
            if FileManager.default.fileExists(atPath: configuration.sync.source + "/" + name) { continue }
            guard builds else {
                throw RemoteError(.usage, "cannot find test files: '\(name)' is not in \(configuration.sync.source); nothing was started")
            }
            events(.notice("'\(SafeText.line(name, limit: 300))' is not in the source tree; \(maker)"))
        }
    }

    /// Builds on the host, where the configuration says how.
    func prepare(_ agent: AgentClient, _ events: @escaping JobEventHandler) async throws {
        guard let command = configuration.prepare.command else { return }
        events(.preparing(command: configuration.redaction.words([command])[0]))
        // What the build prints may have them.
        try await agent.give(EngineSecrets(configuration.engine))
        let request = prepareRequest(command)
        let output = UntrustedLines { events(.buildLine($0)) }
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

    func prepareRequest(_ command: String) -> PrepareRequest {
        var request = PrepareRequest(workspace: host.settings.workspace, command: command,
                                     environment: configuration.prepare.environment, timeout: configuration.prepare.timeout)
        request.startedBy = startedBy
        return request
    }

    private func failed(_ how: String) -> RemoteError {
        RemoteError(.prepare, "the build command failed on \(host.name): \(how); nothing was run")
    }

    func request(_ source: SourceState?) -> StartRequest {
        let run = configuration.run
        let workers: Int? = if case .exactly(let count) = run.workers { count } else { nil }
        var spec = RunSpec(id: "", workspace: "", mode: run.mode, workers: workers ?? 1, timeBudget: run.time, fileTimeout: run.fileTimeout,
                           attempts: run.attempts, memoryLimit: run.memory, seed: run.seed, engine: configuration.engine,
                           source: source, startedBy: startedBy)
        spec.project = configuration.projectName
        spec.slurm = run.slurm
        spec.retries = run.retries
        spec.retriesTotal = run.retriesTotal
        spec.flaky = run.flaky
        spec.rounds = rounds
        if keepsDatabases { spec.keepsDatabases = true }
        spec.memoryFloor = run.memoryFloor
        if run.mode == .drain, !keepsDatabases { spec.split = run.split }
        if run.cached, run.mode == .drain { spec.cached = CacheRule(auditPercent: run.cacheAudit) }
        spec.coreBudget = host.settings.cores
        spec.recordTimeout = run.recordTimeout
        spec.fileTimeouts = configuration.suite.timeouts
        if !configuration.suite.groups.isEmpty { spec.groups = configuration.suite.groups }
        spec.selection = selection
        spec.selection?.order = selection.order ?? run.order
        spec.context = RunContext(commandLine: configuration.redaction.words(commandLine), configuration: configuration.redactedListing(),
                                  client: Release.version, isWholeSuite: !configuration.namesFiles && !selection.isPart && rounds == nil)
        let block = configuration.suite.block.map { BlockedFile(path: $0.files, reason: $0.reason) }
        return StartRequest(workspace: host.settings.workspace, globs: configuration.suite.files, block: block, workers: workers, spec: spec)
    }
}

extension SourceState {
    /// What git and the sync say of a tree.
    init(_ git: GitState?, digest: String) {
        self.init(treeDigest: digest, commit: git?.commit, branch: git?.branch, dirty: git?.isDirty)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
