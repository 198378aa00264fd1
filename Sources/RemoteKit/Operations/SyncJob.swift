public import TreeSync

/// `slt-remote sync`: brings the sources to the host and changes nothing else there.
public struct SyncJob: Sendable {
    public var host: Host
    public var configuration: Configuration
    public var options: SyncOptions

    public init(host: Host, configuration: Configuration, options: SyncOptions) {
        self.host = host
        self.configuration = configuration
        self.options = options
    }

    /// - Parameter changes: each change, in a dry run or when the options ask for it.
    /// - Throws: ``RemoteError``, `SyncError`, `SSHError`, `CancellationError`.
    public func run(changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, events: @escaping JobEventHandler) async throws -> TreeSync.SyncReport {
        try await host.withAgent { agent in
            events(.connected(hostName: agent.hostName))
            return try await run(agent, changes: changes, events)
        }
    }

    func run(_ agent: AgentClient, changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, _ events: @escaping JobEventHandler) async throws -> TreeSync.SyncReport {
        let sync = configuration.sync
        let rules = SourceRules(excludes: sync.exclude, gitignore: sync.gitignore, sltignore: true)
        let report = try await agent.sync(source: sync.source, to: host.settings.workspace, rules: rules, options: options) { event in
            switch event {
            case .progress(let progress): events(.syncing(progress))
            case .change(let change): changes(change)
            case .problem(let problem): events(.problem(problem))
            }
        }
        events(.synced(report))
        return report
    }
}
