import AgentProtocol
import Fleet
import TreeSync

/// What a bisect has on the host: workspaces beside that of the project, and runs.
struct BisectHost: Sendable {
    let host: Host
    /// The project's.
    let configuration: Configuration
    let repository: GitRevisions
    let folder: BisectFolder

    /// The project as it is checked out in a tree of the bisect.
    func configuration(_ number: Int) -> Configuration {
        var copy = configuration
        let top = folder.place(number, of: repository)
        copy.sync.source = repository.prefix.isEmpty ? top : "\(top)/\(repository.prefix)"
        return copy
    }

    private func request(_ number: Int, _ path: String) -> WorkspaceRequest {
        SourceIdentity(configuration(number)).request(path, takesOver: false)
    }

    /// Ends what a killed client has left running, and makes the workspaces that are not there copies of the project's.
    /// - Returns: which of them are copies that were made now.
    func prepare(_ workspaces: [BisectState.Workspace]) async throws -> [Bool] {
        try await host.withAgent { agent in
            var areCopies: [Bool] = []
            for (index, workspace) in workspaces.enumerated() {
                try await endRuns(in: workspace.path, agent)
                let base = SourceIdentity(configuration).request(host.settings.workspace, takesOver: false)
                areCopies.append(try await agent.copyWorkspace(request(index + 1, workspace.path), from: base))
            }
            return areCopies
        }
    }

    /// Removes workspaces and runs.
    func clean(_ state: BisectState) async throws {
        try await host.withAgent { agent in
            for (index, workspace) in state.workspaces.enumerated() {
                try await endRuns(in: workspace.path, agent)
                try await agent.removeWorkspace(request(index + 1, workspace.path))
            }
            _ = try await agent.remove(runs: state.runs, isDryRun: false)
        }
    }

    /// A client that was killed has ended nothing.
    private func endRuns(in workspace: String, _ agent: AgentClient) async throws {
        let report = try await agent.status(run: RunChoice(name: nil, workspace: workspace))
        guard let run = report.run, run.phase == .running || run.phase == .stopping else { return }
        _ = try await agent.stop(run: .named(run.id), now: true)
    }
}
