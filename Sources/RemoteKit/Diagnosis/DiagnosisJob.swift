public import AgentProtocol
import Fleet
import FoundationEssentials
import TreeSync

/// A closer look at one file: `slt-remote repro` and `slt-remote reduce`.
public struct DiagnosisJob: Sendable {
    /// Where it is run.
    public var host: Host
    /// The project's.
    public var configuration: Configuration
    /// Which file.
    public var target: DiagnosisTarget
    /// Seconds that the file may take; `nil` is what the run allowed.
    public var fileTimeout: Double?

    /// - Parameter here: on this machine in the source tree itself, instead of on the host.
    public init(host: Host, configuration: Configuration, target: DiagnosisTarget, here: Bool) {
        self.host = host
        self.configuration = configuration
        self.target = target
        guard here else { return }
        self.host.settings.target = .local
        self.host.settings.workspace = configuration.sync.source
    }

    /// A run's files came from a host, and what it says of its engine is a program to run: only that of the user's own configuration is run.
    private var engineDifferences: [String] {
        guard let spec = target.run?.spec.engine else { return [] }
        let own = configuration.engine.withoutSecrets()
        var found: [String] = []
        func compare(_ what: String, _ old: String?, _ new: String?) {
            if old != new { found.append("\(what) of the engine: \(old ?? "none") then, \(new ?? "none") in the configuration now") }
        }
        compare("the kind", spec.kind.rawValue, own.kind.rawValue)
        compare("the command", spec.command.isEmpty ? nil : spec.command.joined(separator: " "), own.command.isEmpty ? nil : own.command.joined(separator: " "))
        compare("the library", spec.library, own.library)
        compare("the dialect", spec.dialect, own.dialect)
        compare("the connection", spec.connection, own.connection)
        compare("the query protocol", spec.queryProtocol, own.queryProtocol)
        compare("the labels", spec.labels?.joined(separator: ", "), own.labels?.joined(separator: ", "))
        compare("the variables", spec.variables?.joined(separator: ", "), own.variables?.joined(separator: ", "))
        return found
    }

    /// What an agent is asked.
    /// - Parameters:
    ///   - oracle: for a reduction, a line for a shell instead of an engine.
    ///   - resumed: for a reduction, what an earlier one has left.
    func request(_ task: DiagnosisRequest.Task, oracle: String? = nil, resumed: ReducedFile? = nil) -> DiagnosisRequest {
        let run = target.run?.spec
        var request = DiagnosisRequest(task, workspace: host.settings.workspace, engine: configuration.engine, file: target.file, line: target.line,
                                       fileTimeout: fileTimeout ?? run?.fileTimeout ?? configuration.run.fileTimeout, seed: run?.seed ?? configuration.run.seed)
        request.recordTimeout = run == nil ? configuration.run.recordTimeout : run?.recordTimeout
        // What the run was kept from is not to happen now.
        if run?.engine.system == false { request.engine.system = false }
        request.memoryLimit = run?.memoryLimit ?? configuration.run.memory
        request.memoryFloor = configuration.run.memoryFloor
        (request.oracle, request.resumed) = (oracle, resumed)
        // It is made from the script.
        if !target.file.hasSuffix(".sql") { request.resumed = request.resumed?.withoutSQL }
        return request
    }

    /// Sources of the tree on this machine, which no agent knows of.
    private func sourcesHere() async -> SourceState? {
        guard host.settings.target == .local, host.settings.workspace == configuration.sync.source, let git = await GitState.read(configuration.sync.source) else { return nil }
        return SourceState(commit: git.commit, branch: git.branch, dirty: git.isDirty)
    }

    /// Connects to where it is run, with the worker that it takes.
    func withAgent<Result: Sendable>(for request: DiagnosisRequest, _ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        try await (request.needsLibraries ? host.loadingLibraries() : host).withAgent(body)
    }

    private func ask(_ request: DiagnosisRequest, _ agent: AgentClient, _ body: (DiagnosisAnswer) -> Void) async throws {
        try await agent.diagnose(request) { answer in
            if case .refused(let refusal) = answer { throw refusal.error }
            body(answer)
        }
    }

    /// Runs the file up to the record.
    /// - Parameter keepsDatabase: leaves the database where it can be looked at.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func reproduce(keepsDatabase: Bool = false) async throws -> Reproduction {
        let found = DiagnosisFindings()
        let request = request(.reproduce(keepsDatabase: keepsDatabase))
        try await withAgent(for: request) { try await ask(request, $0) { found.add($0) } }
        let state = found.state
        guard let record = state.record else { throw RemoteError(.host, "the agent did not say how the file ended") }
        let here = await sourcesHere()
        let differences = engineDifferences + SettingDifference.sources(target.run?.spec.source, state.source ?? here) + SettingDifference.engines(target.run?.engine, state.engine)
        return Reproduction(record, target: target, differences: differences, database: state.database)
    }

    /// For an engine without a shell of its own, on this machine: the worker runs the file once more, and then what a person types.
    /// - Returns: the program, which gets the number of a descriptor as its last argument, and what it reads there.
    /// - Throws: ``RemoteError`` where there is no worker.
    public func prompt() throws -> (program: [String], request: [UInt8]) {
        let request = request(.reproduce(keepsDatabase: false))
        let worker = request.needsLibraries ? try host.loadingLibraries().worker : host.worker
        return ([worker.path, "prompt"], Array(try JSONEncoder().encode(request)))
    }

    /// Makes the file smaller.
    /// - Parameters:
    ///   - seconds: ends it, with what there is then.
    ///   - reference: a library's path, `sqlite` or `none`; `nil` is what fits.
    ///   - jobs: tries at once; `nil` is the number of processors there.
    ///   - oracle: a line for a shell that is asked whether a file is still interesting, with its path behind it, instead of an engine.
    ///   - resumed: what an earlier one has left; it goes on from there if it began with the same.
    ///   - progress: called from other threads, one call at a time.
    ///   - best: takes what is left, each time that it is less; the last one is what is returned.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func reduce(seconds: Double? = nil, reference: String? = nil, jobs: Int? = nil, oracle: String? = nil, resumed: ReducedFile? = nil, progress: @escaping @Sendable (ReductionProgress) -> Void = { _ in },
                       best: @escaping @Sendable (ReducedFile) -> Void = { _ in }) async throws -> ReducedFile {
        let request = request(.reduce(seconds: seconds, reference: reference, jobs: jobs), oracle: oracle, resumed: resumed)
        let hasBegun = StartedFlag()
        do {
            return try await withAgent(for: request) { agent in
                try await reduce(request, agent, progress: progress, best: {
                    hasBegun.set()
                    best($0)
                })
            }
        } catch let error as RemoteError where hasBegun.isSet && FollowedRun.mayReconnect(error) {
            throw RemoteError(.connection, "\(error.message); the reduction has ended with the connection, before all was tried", remedy: error.remedy, isRetryable: error.isRetryable)
        }
    }

    /// The same over a connection that is there.
    func reduce(_ request: DiagnosisRequest, _ agent: AgentClient, progress: (ReductionProgress) -> Void, best: (ReducedFile) -> Void) async throws -> ReducedFile {
        let found = DiagnosisFindings()
        try await ask(request, agent) { answer in
            // The line is in the names of files: it is that of the first answer.
            let answer = answer.reduced(atLineOf: found.state.reduced)
            switch answer {
            case .progress(let state): progress(state)
            case .reduced(let file): best(file)
            default: break
            }
            found.add(answer)
        }
        guard let file = found.state.reduced else { throw RemoteError(.host, "the agent did not say what is left of the file") }
        return file
    }
}

extension DiagnosisAnswer {
    /// The same, with the line that an answer before it has named.
    func reduced(atLineOf earlier: ReducedFile?) -> DiagnosisAnswer {
        guard case .reduced(var file) = self, let earlier else { return self }
        file.line = earlier.line
        return .reduced(file)
    }
}

extension DiagnosisRefusal {
    var error: RemoteError { RemoteError(isEngine ? .engine : .usage, message) }
}
