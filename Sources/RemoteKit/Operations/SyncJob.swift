import Fleet
import Platform
import Synchronization
public import TreeSync

/// `slt-remote sync`: brings the sources to the host and changes nothing else there.
public struct SyncJob: Sendable {
    /// Where the tree goes.
    public var host: Host
    /// Its `[sync]` says what the source is.
    public var configuration: Configuration
    /// What is compared, deleted and told.
    public var options: SyncOptions
    /// What is left out.
    public var rules: SyncRules
    /// Make the workspace this tree's, whatever it is now.
    public var takesOver = false

    /// What is left out is what the configuration says; ``rules`` may be set otherwise.
    public init(host: Host, configuration: Configuration, options: SyncOptions = SyncOptions()) {
        self.host = host
        self.configuration = configuration
        self.options = options
        rules = SyncRules(configuration)
    }

    /// Begins the sync in a task of its own.
    public func begin() -> RunningJob<SyncReport> { RunningJob { events in try await run(events: events) } }

    /// Syncs.
    /// - Parameters:
    ///   - changes: each change, in a dry run or when the options ask for it.
    ///   - events: both are called from other threads, one call at a time; they must return soon.
    /// - Throws: ``RemoteError`` or `CancellationError`.
    public func run(changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, events: @escaping JobEventHandler = { _ in }) async throws -> SyncReport {
        // Read while the connection is made.
        let source = try prepared()
        return try await host.withAgent { agent in
            events(.connected(hostName: agent.hostName))
            return try await bring(agent, reading: source, changes: changes, events).report
        }
    }

    private func prepared() throws(RemoteError) -> PreparedSource {
        do { return try TreeSender.prepare(root: configuration.sync.source, rules: rules.source) } catch { throw RemoteError(error) }
    }

    /// - Parameters:
    ///   - source: is being read already.
    ///   - again: begins to read it once more, where that is needed.
    ///   - identity: of the tree, where it is known already.
    func run(_ agent: AgentClient, reading source: PreparedSource? = nil, again: (() throws -> PreparedSource)? = nil, identity: SourceIdentity? = nil,
             changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, _ events: @escaping JobEventHandler) async throws -> SyncReport {
        let source = try source ?? prepared()
        let told = ProblemCount()
        let identity = identity ?? SourceIdentity(configuration)
        var options = options
        options.isPart = source.base != nil
        var request = identity.request(host.settings.workspace, takesOver: takesOver, isDryRun: options.dryRun)
        request.base = source.base
        let handler: SyncEventHandler = { event in
            switch event {
            case .progress(let progress): events(.syncing(progress))
            case .change(let change): changes(change)
            case .problem(let problem): if told.isTold(problem) { events(.problem(problem)) }
            }
        }
        if host.settings.isOwnWorkspace, !options.dryRun, !options.isPart, let near = try await agent.copyNearest(request) {
            events(.notice("the workspace begins as a copy of that of \(SafeText.line(near.description, limit: 300))"))
        }
        let report: SyncReport
        do {
            report = try await agent.sync(source: source, to: request, options: options, events: handler)
        } catch let error as RemoteError where error.code == .otherTree {
            // Only this machine knows whether the tree from before is still there.
            guard let mark = try await agent.mark(of: request.path), await identity.succeeds(mark) else { throw error }
            request.succeeds = mark
            report = try await agent.sync(source: try again?() ?? prepared(), to: request, options: options, events: handler)
        }
        for rest in told.rest(of: report) { events(.notice(rest)) }
        events(.synced(report))
        return report
    }

    /// The same, and leaves word on the host of what it brought there.
    /// - Returns: what the sources are now.
    func bring(_ agent: AgentClient, reading source: PreparedSource? = nil, changes: @escaping @Sendable (SyncChange) -> Void = { _ in },
               _ events: @escaping JobEventHandler) async throws -> (report: SyncReport, source: SourceState) {
        let root = configuration.sync.source
        // As it is when the files are read, and meanwhile.
        async let git = GitState.read(root)
        let report = try await run(agent, reading: source, changes: changes, events)
        let state = SourceState(await git, digest: report.treeDigest)
        if !report.isDryRun, !report.isPartial { try await note(agent, state) }
        return (report, state)
    }

    /// Leaves word on the host of what a sync has brought.
    func note(_ agent: AgentClient, _ state: SourceState) async throws {
        var stamp = SourceStamp(workspace: "/", source: state, project: LocalPath.lastPart(configuration.sync.source))
        stamp.workspace = host.settings.workspace
        try await agent.note(stamp)
    }
}

/// Counts the problems of a sync that its user is told of one by one; of the others it is said how many they are.
private final class ProblemCount: Sendable {
    private static let most = 2000
    private let told = Mutex((problems: 0, notes: 0))

    func isTold(_ problem: SyncProblem) -> Bool {
        told.withLock { told in
            if problem.isNote { told.notes += 1 } else { told.problems += 1 }
            return (problem.isNote ? told.notes : told.problems) <= Self.most
        }
    }

    func rest(of report: SyncReport) -> [String] {
        told.withLock { told in
            [(report.problemCount, told.problems, "problem"), (report.noteCount, told.notes, "note")].compactMap { all, told, word in
                let more = all - min(told, Self.most)
                return more > 0 ? "and \(Human.count(more, "more \(word)"))" : nil
            }
        }
    }
}
