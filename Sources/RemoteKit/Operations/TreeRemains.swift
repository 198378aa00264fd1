import AgentProtocol
import Fleet
import Glibc

/// Workspaces that trees of this machine have for themselves on a host, and do not need any more.
struct TreeRemains: Sendable {
    /// Seconds after which a workspace that nobody has used goes, though its tree is there: the next sync makes it again.
    private static let patience = 30 * 86400.0

    /// - Parameter isDryRun: only says what there is.
    static func clear(_ agent: AgentClient, isDryRun: Bool, now: Double) async throws -> [UnneededItem] {
        var items: [UnneededItem] = []
        for workspace in try await agent.treeWorkspaces(in: HostSettings.treesFolder) where isUnneeded(workspace, now: now) {
            do {
                let request = WorkspaceRequest(path: workspace.path, origin: workspace.mark, isDryRun: isDryRun)
                guard var item = try await agent.removeWorkspace(request) else { continue }
                item.kind = .treeWorkspace
                items.append(item)
            } catch let error as RemoteError where error.code != .connection {
                // One that is in use is told and stays.
                items.append(UnneededItem(kind: .treeWorkspace, path: workspace.path, bytes: 0, refusal: error.message))
            }
        }
        return items
    }

    /// Only this machine knows whether its tree is still there. One whose folder is missing with the one above it may lie on a disk that is not there now.
    static func isUnneeded(_ workspace: TreeWorkspace, now: Double) -> Bool {
        guard workspace.mark.machine == OwnMachine.token else { return false }
        if workspace.lastUse > 0, now - workspace.lastUse > patience { return true }
        var info = stat()
        let isGone = lstat(workspace.mark.path, &info) != 0 && errno == ENOENT
        return isGone && lstat(LocalPath.parent(workspace.mark.path), &info) == 0
    }
}
