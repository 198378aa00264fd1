import AgentProtocol
import Fleet
import FoundationEssentials

/// Runs that wait for their workspace.
extension RunJob {
    /// Takes a place in the queue for the workspace, and keeps it until the run has started or the connection ends.
    /// - Returns: `nil` once it is this run's turn; else the run that waits on the host by itself.
    func takePlace(_ agent: AgentClient, _ known: KnownFailures?, _ events: @escaping JobEventHandler) async throws -> RunStatus? {
        let identity = SourceIdentity(configuration), request = identity.request(host.settings.workspace, takesOver: takesOver)
        let first = try await agent.queue(request, by: startedBy, waits: !detaches) { events(.queued($0)) }
        guard !first.isTurn else { return nil }
        var source: SourceState?
        if !skipsSync {
            var staged = host
            let place = try await agent.stage(request)
            guard let folder = place.staging else { throw RemoteError(.host, "the agent did not say where sources can wait") }
            staged.settings.workspace = folder
            staged.settings.isOwnWorkspace = false
            source = try await bringSources(to: staged, agent, events)
        }
        try await agent.give(EngineSecrets(configuration.engine))
        let build = skipsBuild ? nil : configuration.prepare.command.map(prepareRequest)
        let place = try await agent.leave(WaitingStart(build: build, start: startRequest(source, known), isStaged: !skipsSync))
        events(.queued(place))
        var status = RunStatus(id: place.id, phase: .waiting, workspace: host.settings.workspace, createdAt: Date().timeIntervalSince1970, timeBudget: configuration.run.time,
                               total: 0, queued: 0, running: 0, outcomes: [:], workersWanted: 0)
        status.startedBy = startedBy
        return status
    }
}
