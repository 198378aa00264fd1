public import TreeSync

/// `slt-remote sync`: brings the sources to the host and changes nothing else there.
public struct SyncJob: Sendable {
    public var host: Host
    public var configuration: Configuration
    public var options: SyncOptions
    /// What is left out.
    public var rules: SyncRules

    public init(host: Host, configuration: Configuration, options: SyncOptions) {
        self.host = host
        self.configuration = configuration
        self.options = options
        rules = SyncRules(configuration)
    }

    /// - Parameter changes: each change, in a dry run or when the options ask for it.
    /// - Throws: ``RemoteError``, `SyncError`, `SSHError`, `CancellationError`.
    public func run(changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, events: @escaping JobEventHandler) async throws -> TreeSync.SyncReport {
        // Read while the connection is made.
        let source = try prepared()
        return try await host.withAgent { agent in
            events(.connected(hostName: agent.hostName))
            return try await run(agent, reading: source, changes: changes, events)
        }
    }

    private func prepared() throws -> PreparedSource {
        try TreeSender.prepare(root: configuration.sync.source, rules: rules.source)
    }

    func run(_ agent: AgentClient, reading source: PreparedSource? = nil, changes: @escaping @Sendable (SyncChange) -> Void = { _ in }, _ events: @escaping JobEventHandler) async throws -> TreeSync.SyncReport {
        let source = try source ?? prepared()
        let report = try await agent.sync(source: source, to: host.settings.workspace, options: options) { event in
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
