import AgentProtocol
import Fleet
import Glibc
import Platform
import Subprocess
import TreeSync
import Wire

/// Workspaces that stand beside that of a project and are made and removed as a whole.
extension Agent {
    /// - Returns: whether the workspace is a copy now.
    func copy(_ request: WorkspaceRequest, from base: WorkspaceRequest) async throws -> Bool {
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        let source = try WorkspaceGate(base, path: HostPath.expand(base.path), state: state)
        let part = gate.copyPlace
        gate.removeUnfinishedCopy()
        guard !gate.exists, source.exists, let mark = WorkspaceLock.mark(of: source.folder, state: state), let origin = request.origin,
              try source.standing(mark: mark) == .own else { return false }
        // What a run or another client uses is left alone, and copied by nobody.
        guard let lock = try? await lock(source.folder, for: "copy", by: origin.user) else { return false }
        defer { withExtendedLifetime(lock) {} }
        guard try await copyFolder(source.folder, to: part, for: origin), rename(part, gate.folder) == 0 else {
            gate.removeUnfinishedCopy()
            return false
        }
        return true
    }

    /// - Returns: the tree of the workspace that was copied; nil where the workspace is there, or none is like the source.
    func copyNearest(_ request: WorkspaceRequest) async throws -> TreeOrigin? {
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        gate.removeUnfinishedCopy()
        guard !gate.exists, let origin = request.origin else { return nil }
        try gate.makeFoldersAbove()
        for near in NearbyWorkspace.like(request, near: gate.folder, state: state) {
            // A run leaves its sources as they are; what a client changes meanwhile would be copied by halves.
            let lock = try WorkspaceLock(folder: near.folder, state: state, purpose: nil)
            defer { withExtendedLifetime(lock) {} }
            guard try lock != nil || RunDirectory.live(state: state, workspace: near.folder) != nil else { continue }
            if try await copyFolder(near.folder, to: gate.copyPlace, for: origin), rename(gate.copyPlace, gate.folder) == 0 { return near.mark }
            gate.removeUnfinishedCopy()
        }
        return nil
    }

    /// - Parameter origin: whose the copy is.
    /// - Returns: whether all of it was copied.
    func copyFolder(_ folder: String, to place: String, for origin: TreeOrigin) async throws -> Bool {
        let copied = try await Subprocess.run(.name("cp"), arguments: ["-a", "--", folder, place], output: .discarded, error: .discarded)
        // What holds it keeps a note of its tree, which came along.
        let own = try? WorkspaceLock(folder: place, state: state, purpose: nil)
        return copied.terminationStatus.isSuccess && (try? own?.setMark(origin)) != nil
    }

    /// - Returns: what was removed, or would be; nil where there is no workspace of this tree.
    func remove(_ request: WorkspaceRequest) async throws -> UnneededItem? {
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        if !request.isDryRun { gate.removeUnfinishedCopy() }
        guard gate.exists, let mark = WorkspaceLock.mark(of: gate.folder, state: state), try gate.standing(mark: mark) == .own else { return nil }
        let item = UnneededItem(kind: .bisectWorkspace, path: gate.folder, bytes: gate.bytesOnDisk)
        if request.isDryRun { return item }
        let lock = try await lock(gate.folder, for: "removal", by: request.origin?.user)
        defer { withExtendedLifetime(lock) {} }
        gate.removeFolder()
        return item
    }
}
