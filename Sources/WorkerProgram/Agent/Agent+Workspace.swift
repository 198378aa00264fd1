import AgentProtocol
import Fleet
import Glibc
import Platform
import TreeSync
import Wire

/// Who may have a workspace, and when.
extension Agent {
    func receive(_ request: WorkspaceRequest, _ token: String?, _ exchange: Exchange) async throws {
        do { try DescriptorLimit.check(for: "the receiver") } catch { throw WireFault(error) }
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        let isNew = !gate.exists
        if isNew {
            if request.base != nil { throw Self.notApart("the workspace is gone") }
            // A dry run makes nothing, so there is nothing to lock.
            if request.isDryRun { return try await takeTree(into: gate.folder, token, isDryRun: true, isNew: true, exchange) }
            try gate.makeFolder()
        }
        let lock = try await lock(gate.folder, for: request.isDryRun ? nil : "sync", by: request.origin?.user)
        if let base = request.base {
            let stamp = SourceStamp.read(state: state, workspace: gate.folder)
            guard stamp?.isUnfinished == nil, stamp?.source?.treeDigest == base else { throw Self.notApart("another client has changed the workspace") }
        }
        let standing = try gate.standing(mark: lock?.mark)
        // Before anything else: a first sync that is cut short must not leave a folder that nobody has made.
        if standing == .empty, !request.isDryRun, let origin = request.origin { try lock?.setMark(origin) }
        try await lettingGo(lock, exchange) { try await takeTree(into: gate.folder, token, isDryRun: request.isDryRun, isNew: isNew, exchange) }
        if !request.isDryRun, let origin = request.origin { try lock?.setMark(origin) }
    }

    private static func notApart(_ why: String) -> WireFault {
        WireFault(.busy, "cannot bring what changed alone: \(why); sync the whole tree", isRetryable: true)
    }

    /// Refuses a tree that must not use what is in the workspace; leaves no mark.
    func check(_ request: WorkspaceRequest) throws {
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        guard gate.exists else { return }
        try gate.checkUse(mark: WorkspaceLock.mark(of: gate.folder, state: state))
    }

    func mark(of workspace: String) -> TreeOrigin? { WorkspaceLock.mark(of: RealPath.of(HostPath.expand(workspace)), state: state) }

    // MARK: the lock

    /// Sources are not changed under a run that uses them.
    /// - Parameters:
    ///   - work: told to others who want the workspace meanwhile; `nil` tells them nothing.
    /// - Returns: `nil` where the workspace is not there.
    func lock(_ workspace: String, for work: String?, by user: String?) async throws -> WorkspaceLock? {
        try FolderTrust.checkWorkspace(workspace)
        try refuseIfLive(workspace)
        let folder = RealPath.of(workspace)
        if work != nil { try refuseIfQueued(folder) }
        guard access(folder, F_OK) == 0 else { return nil }
        // A run that begins from now on holds the lock.
        return try await claim(folder, work.map { WorkspaceLock.Purpose(work: $0, user: user ?? "another client") })
    }

    private func refuseIfLive(_ workspace: String) throws {
        guard let live = try RunDirectory.live(state: state, workspace: workspace) else { return }
        throw WireFault(.busy, "cannot change \(workspace): run \(live.spec.id) uses it", remedy: .awaitRun(run: live.spec.id), isRetryable: true)
    }

    /// How long the one before may take to let go: a client asks for the next step as soon as it has the result of
    /// the last one, the agent of a client that was killed ends a moment later, and one whose client is silent has a build to end.
    private static let lockPatience = Duration.seconds(5)
    /// Before the one who has it is told that somebody waits.
    private static let lockCourtesy = Duration.milliseconds(300)

    private func claim(_ folder: String, _ purpose: WorkspaceLock.Purpose?) async throws -> WorkspaceLock {
        let start = ContinuousClock.now
        var hasAsked = false
        while true {
            if let lock = try WorkspaceLock(folder: folder, state: state, purpose: purpose) { return lock }
            let waited = ContinuousClock.now - start
            if waited > Self.lockPatience { throw WorkspaceLock.refusal(folder: folder, state: state) }
            if waited > Self.lockCourtesy, !hasAsked {
                hasAsked = true
                WorkspaceLock.want(folder: folder, state: state)
            }
            // The one before is mostly about to let go.
            try await Task.sleep(for: waited < Self.lockCourtesy ? .milliseconds(2) : .milliseconds(20))
        }
    }

    /// A client that has missed two of its pings is asleep or gone.
    static let clientIsSilent = Duration.seconds(12)

    /// Holds the lock while `body` runs, unless somebody else wants it and this one's client is silent.
    func lettingGo<Result: Sendable>(_ lock: WorkspaceLock?, _ exchange: Exchange?, _ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        guard let lock, let exchange else {
            defer { withExtendedLifetime(lock) {} }
            return try await body()
        }
        defer { withExtendedLifetime(lock) {} }
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !(exchange.peerSilence > Self.clientIsSilent && (lock.isWanted || othersWait)) { try await Task.sleep(for: .milliseconds(500)) }
                place.drop()
                throw WireFault(.disconnected, "another client has the workspace now: nothing was heard of this one for "
                    + "\(exchange.peerSilence.components.seconds) s", isRetryable: true)
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
