import AgentProtocol
import Fleet
import FoundationEssentials

/// What bisects that nobody is at work with any more have on a host: workspaces, and runs. What they have found out stays here, so they can still be resumed.
struct BisectRemains: Sendable {
    let host: Host

    /// Workspaces of one project that are looked for where no bisect knows of them.
    private static let mostForgotten = 64
    /// Runs of the host that are looked through.
    private static let runsRead = 100_000

    /// - Parameter isDryRun: only says what there is.
    func clear(_ agent: AgentClient, isDryRun: Bool) async throws -> [UnneededItem] {
        // None of them can begin again meanwhile.
        let folders = BisectFolder.unattended()
        defer { withExtendedLifetime(folders) {} }
        let states = folders.compactMap { folder in (try? folder.state()).flatMap { $0 }.map { (folder: folder, state: $0) } }.filter { $0.state.host == host.name }
        let workspaces = try await workspaces(of: states.map(\.state), folders, agent)
        var items: [UnneededItem] = []
        for run in try await runs(of: states.map(\.state), in: workspaces.flatMap { [$0.item.path, $0.request.path] }, agent) { items.append(try await remove(run, agent, isDryRun: isDryRun)) }
        for workspace in workspaces { items.append(isDryRun ? workspace.item : try await remove(workspace, agent)) }
        guard !isDryRun else { return items }
        for (folder, state) in states where !state.runs.isEmpty {
            var rest = state
            rest.runs = []
            try? folder.write(rest)
        }
        return items
    }

    private struct Workspace {
        var request: WorkspaceRequest
        var item: UnneededItem
    }

    // MARK: workspaces

    /// Those that bisects know of, and those beside the project's workspace that are marked as one's of this machine.
    private func workspaces(of states: [BisectState], _ folders: [BisectFolder], _ agent: AgentClient) async throws -> [Workspace] {
        let paths = states.flatMap { $0.workspaces.map(\.path) }
        var found: [Workspace] = []
        for path in paths {
            if let workspace = try await workspace(path, folders, agent) { found.append(workspace) }
        }
        for number in 1...Self.mostForgotten {
            let path = host.settings.bisectWorkspace(number)
            if paths.contains(path) { continue }
            guard let workspace = try await workspace(path, folders, agent) else { break }
            found.append(workspace)
        }
        return found
    }

    /// - Returns: nil where there is none, or not one of a bisect that nobody is at work with.
    private func workspace(_ path: String, _ folders: [BisectFolder], _ agent: AgentClient) async throws -> Workspace? {
        guard let mark = try await agent.mark(of: path), mark.machine == OwnMachine.token, let folder = BisectFolder.path(ofTree: mark.path),
              folders.contains(where: { $0.path == folder }) || !FileManager.default.fileExists(atPath: folder) else { return nil }
        var request = WorkspaceRequest(path: path, origin: mark, isDryRun: true)
        guard let item = try await agent.removeWorkspace(request) else { return nil }
        request.isDryRun = false
        return Workspace(request: request, item: item)
    }

    /// One that cannot be removed is told and stays.
    private func remove(_ workspace: Workspace, _ agent: AgentClient) async throws -> UnneededItem {
        var item = workspace.item
        do {
            if try await agent.removeWorkspace(workspace.request) == nil { item.refusal = "it is another tree's now" }
        } catch let error as RemoteError where error.code != .connection {
            item.refusal = error.message
        }
        return item
    }

    // MARK: runs

    private func runs(of states: [BisectState], in workspaces: [String], _ agent: AgentClient) async throws -> [RunStatus] {
        let known = Set(states.flatMap(\.runs)), workspaces = Set(workspaces)
        guard !known.isEmpty || !workspaces.isEmpty else { return [] }
        return try await agent.runs(limit: Self.runsRead).filter { known.contains($0.id) || workspaces.contains($0.workspace) }
    }

    private func remove(_ run: RunStatus, _ agent: AgentClient, isDryRun: Bool) async throws -> UnneededItem {
        var item = UnneededItem(kind: .bisectRun, path: run.id, bytes: 0)
        do {
            if run.phase == .running || run.phase == .stopping {
                // What a killed client has started goes on.
                if isDryRun { return item }
                _ = try await agent.stop(run: .named(run.id), now: true)
            }
            let removal = try await agent.remove(runs: [run.id], isDryRun: isDryRun).first
            item.bytes = removal?.bytes ?? 0
            item.refusal = removal?.refusal
        } catch let error as RemoteError where error.code != .connection {
            item.refusal = error.message
        }
        return item
    }
}
