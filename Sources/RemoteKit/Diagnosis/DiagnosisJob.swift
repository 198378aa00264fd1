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

    /// What the run was run on, with the secrets of the configuration; the configuration's engine where no run is known.
    private func engine() throws(RemoteError) -> EngineSpec {
        guard let spec = target.run?.spec.engine else { return configuration.engine }
        let secrets = EngineSecrets(configuration.engine)
        let missing = spec.missing(in: secrets)
        guard missing.isEmpty else {
            throw RemoteError(.usage, "cannot run \(target.file) as run \(target.run?.spec.id ?? "") did: its engine needs \(missing.joined(separator: ", ")), whose values are kept nowhere; "
                + "set them in the configuration")
        }
        return spec.with(secrets)
    }

    private func request(_ task: DiagnosisRequest.Task) throws(RemoteError) -> DiagnosisRequest {
        let run = target.run?.spec
        var request = DiagnosisRequest(task, workspace: host.settings.workspace, engine: try engine(), file: target.file, line: target.line,
                                       fileTimeout: fileTimeout ?? run?.fileTimeout ?? configuration.run.fileTimeout, seed: run?.seed ?? configuration.run.seed)
        request.memoryLimit = run?.memoryLimit ?? configuration.run.memory
        return request
    }

    /// Sources of the tree on this machine, which no agent knows of.
    private func sourcesHere() async -> SourceState? {
        guard host.settings.target == .local, host.settings.workspace == configuration.sync.source, let git = await GitState.read(configuration.sync.source) else { return nil }
        return SourceState(commit: git.commit, branch: git.branch, dirty: git.isDirty)
    }

    private func ask(_ request: DiagnosisRequest, _ body: @escaping @Sendable (DiagnosisAnswer) throws -> Void) async throws {
        let host = request.engine.needsLibraries ? try host.loadingLibraries() : host
        try await host.withAgent { agent in
            try await agent.diagnose(request) { answer in
                if case .refused(let refusal) = answer { throw refusal.error }
                try body(answer)
            }
        }
    }

    /// Runs the file up to the record.
    /// - Parameter keepsDatabase: leaves the database where it can be looked at.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func reproduce(keepsDatabase: Bool = false) async throws -> Reproduction {
        let found = DiagnosisFindings()
        try await ask(try request(.reproduce(keepsDatabase: keepsDatabase))) { found.add($0) }
        let state = found.state
        guard let record = state.record else { throw RemoteError(.host, "the agent did not say how the file ended") }
        let here = await sourcesHere()
        let differences = SettingDifference.sources(target.run?.spec.source, state.source ?? here) + SettingDifference.engines(target.run?.engine, state.engine)
        return Reproduction(record, target: target, differences: differences, database: state.database)
    }

    /// Makes the file smaller.
    /// - Parameters:
    ///   - seconds: ends it, with what there is then.
    ///   - reference: a library's path, `sqlite` or `none`; `nil` is what fits.
    ///   - jobs: tries at once; `nil` is the number of processors there.
    ///   - progress: called from other threads, one call at a time.
    ///   - best: takes what is left, each time that it is less; the last one is what is returned.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func reduce(seconds: Double? = nil, reference: String? = nil, jobs: Int? = nil, progress: @escaping @Sendable (ReductionProgress) -> Void = { _ in },
                       best: @escaping @Sendable (ReducedFile) -> Void = { _ in }) async throws -> ReducedFile {
        let found = DiagnosisFindings()
        try await ask(try request(.reduce(seconds: seconds, reference: reference, jobs: jobs))) { answer in
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

extension DiagnosisRefusal {
    var error: RemoteError { RemoteError(isEngine ? .engine : .usage, message) }
}
