import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import Wire

/// Runs that wait for a workspace.
extension Agent {
    /// How often it is looked whether the workspace is free.
    private static let queuePause = Duration.milliseconds(250)
    /// After so many looks the client hears where it stands, whatever has changed.
    private static let looksPerWord = 8

    func queue(_ request: WorkspaceRequest, by user: String, waits: Bool, _ exchange: Exchange) async throws {
        let gate = try WorkspaceGate(request, path: HostPath.expand(request.path), state: state)
        if gate.exists { try gate.checkUse(mark: WorkspaceLock.mark(of: gate.folder, state: state)) }
        place.hold(try WorkspaceQueue(workspace: gate.folder, state: state).join(user: user))
        do {
            var told: QueuePlace?, looks = 0
            while let ticket = place.now {
                let now = try standing(ticket)
                if now != told || looks % Self.looksPerWord == 0 { try await exchange.send(value: now) }
                if now.isTurn || !waits { return keepForListeners(ticket.id, exchange) }
                if exchange.peerSilence > Self.clientIsSilent { throw WireFault(.disconnected, "the place in the queue was given up: nothing was heard of this client for \(exchange.peerSilence.components.seconds) s", isRetryable: true) }
                (told, looks) = (now, looks + 1)
                try await Task.sleep(for: Self.queuePause)
            }
        } catch {
            place.drop()
            throw error
        }
    }

    /// Gives the place up once its client has been silent for long and others wait.
    private func keepForListeners(_ id: String, _ exchange: Exchange) {
        Task {
            while place.now?.id == id {
                if exchange.peerSilence > Self.clientIsSilent, othersWait { return place.drop() }
                try await Task.sleep(for: Self.queuePause)
            }
        }
    }

    /// Where a place is now.
    func standing(_ ticket: QueueTicket) throws -> QueuePlace {
        let queue = ticket.queue
        let ahead = queue.waiting.prefix { $0 != ticket.id }.count
        var place = QueuePlace(id: ticket.id, before: ahead)
        if let live = try RunDirectory.live(state: state, workspace: queue.workspace) {
            let status = try live.status()
            place.before += 1
            (place.run, place.runBy) = (status.id, status.startedBy)
            place.runShare = status.total > 0 ? Double(status.done) / Double(status.total) : nil
        } else if ahead == 0 {
            let isFree = try access(queue.workspace, F_OK) != 0 || WorkspaceLock(folder: queue.workspace, state: state, purpose: nil) != nil
            if isFree { place.isTurn = true } else {
                // One whose client is silent lets go.
                WorkspaceLock.want(folder: queue.workspace, state: state)
                place.holder = WorkspaceLock.holder(folder: queue.workspace, state: state) ?? "another client"
            }
        }
        return place
    }

    /// Those who wait have come first.
    func refuseIfQueued(_ workspace: String) throws {
        let queue = WorkspaceQueue(workspace: workspace, state: state), own = place.now?.id
        let places = queue.places
        guard let first = places.first, first.id != own else { return }
        throw WireFault(.busy, "cannot change \(workspace): \(places.count == 1 ? "a run waits" : "\(places.count) runs wait") for it, the first one is \(first.startedBy)'s",
                        remedy: .queue, isRetryable: true)
    }

    /// Whether somebody waits behind this one.
    var othersWait: Bool { place.now.map { $0.queue.waiting.count > 1 } ?? false }

    // MARK: those who look

    /// Runs that wait for a workspace, and those that could not be started.
    func waitingRuns(for workspace: String?) -> [WaitingRun] {
        guard let workspace else { return [] }
        let queue = WorkspaceQueue(workspace: RealPath.of(HostPath.expand(workspace)), state: state)
        return queue.places + queue.failures
    }

    private func place(of id: String) -> (queue: WorkspaceQueue, run: WaitingRun)? {
        for queue in WorkspaceQueue.all(state: state) {
            if let run = queue.places.first(where: { $0.id == id }) { return (queue, run) }
        }
        return nil
    }

    /// A run that waits, as one that has not begun.
    func waiting(_ id: String) -> RunStatus? {
        guard let (queue, run) = place(of: id) else { return nil }
        var status = RunStatus(id: id, phase: .waiting, workspace: queue.workspace, createdAt: run.since, timeBudget: 0, total: 0, queued: 0, running: 0, outcomes: [:], workersWanted: 0)
        status.startedBy = run.startedBy
        return status
    }

    /// Returns when a run that waits has been started.
    /// - Throws: why it could not be.
    func arrival(of id: String, _ exchange: Exchange) async throws {
        var workspace: String?, looks = 0, sampler = HostSampler()
        while let (queue, _) = place(of: id) {
            workspace = queue.workspace
            if looks % Self.looksPerWord == 0, let status = waiting(id) { try await exchange.send(value: FollowMessage.status(status, sampler.sample())) }
            looks += 1
            try await Task.sleep(for: Self.queuePause)
        }
        let queues = workspace.map { [WorkspaceQueue(workspace: $0, state: state)] } ?? WorkspaceQueue.all(state: state)
        guard let failed = queues.lazy.flatMap(\.failures).first(where: { $0.id == id }), let why = failed.failure else { return }
        throw WireFault(.request, "cannot follow run \(id): it waited, and could not be started: \(why)")
    }

    /// Takes a run out of the queue.
    func endWaiting(_ id: String, _ status: RunStatus, _ exchange: Exchange) async throws {
        guard let (queue, _) = place(of: id), queue.end(id) else { throw WireFault(.request, "cannot take run \(id) out of the queue: its process is not one of this user's here") }
        while queue.waiting.contains(id) { try await Task.sleep(for: .milliseconds(20)) }
        queue.sweep()
        try await exchange.send(value: status)
    }

    // MARK: without a client

    /// Makes a folder beside the workspace for what is to wait there: a copy of the workspace where there is one of this tree.
    func stage(_ request: WorkspaceRequest, _ exchange: Exchange) async throws {
        guard let ticket = place.now else { throw WireFault(.request, "cannot keep sources for a run that does not wait") }
        let queue = ticket.queue
        guard queue.canChangePlaces else {
            throw WireFault(.request, "cannot wait without a client: \(queue.workspace) is a file system of its own, whose place nothing can take; wait without detaching")
        }
        let gate = try WorkspaceGate(request, path: queue.workspace, state: state), staging = queue.staging(of: ticket.id)
        if gate.exists, let origin = request.origin, let mark = WorkspaceLock.mark(of: gate.folder, state: state), try gate.standing(mark: mark) == .own {
            // What a run uses stays as it is; what another client changes meanwhile would be copied by halves.
            let lock = try WorkspaceLock(folder: gate.folder, state: state, purpose: nil)
            defer { withExtendedLifetime(lock) {} }
            let isStill = try lock != nil || RunDirectory.live(state: state, workspace: gate.folder) != nil
            if isStill, try await !copyFolder(gate.folder, to: staging, for: origin) { WorkspaceGate.removeTree(staging) }
        }
        var place = try standing(ticket)
        place.staging = staging
        try await exchange.send(value: place)
    }

    /// Leaves the place, and all that is needed to start the run, to a process of its own.
    func leaveWaiting(_ request: WaitingStart, _ exchange: Exchange) async throws {
        guard let ticket = place.now, let descriptor = ticket.descriptor, let pipe = DescriptorIO.pipe() else { throw WireFault(.request, "cannot leave a run that does not wait") }
        var request = request
        request.secrets = secrets.take()
        request.id = ticket.id
        request.queue = ticket.queue.workspace
        let program = ChildProcess([executable, "await", "--state", state, "--build", build], group: .newSession, directory: Array("/".utf8),
                                   descriptors: [(0, .descriptor(pipe.reading)), (1, .null), (2, .null), (3, .descriptor(descriptor))])
        let pid: Int32
        do {
            pid = try program.start()
        } catch {
            close(pipe.reading)
            close(pipe.writing)
            throw WireFault(.request, "cannot leave the run waiting: \(error.text)", isRetryable: true)
        }
        close(pipe.reading)
        let bytes = Array(try JSONEncoder().encode(request))
        let isTold = try await SystemThread.run { DescriptorIO.writeAll(pipe.writing, bytes) }
        close(pipe.writing)
        guard isTold else { throw WireFault(.request, "cannot leave the run waiting: its process has ended", isRetryable: true) }
        let now = try standing(ticket)
        ticket.hand(to: pid)
        place.drop()
        try await exchange.send(value: now)
    }

    /// The whole life of a process that waits in the place of a client.
    func wait(for request: WaitingStart) async {
        let queue = WorkspaceQueue(workspace: request.queue, state: state), ticket = QueueTicket(inherited: request.id, queue: queue)
        place.hold(ticket)
        do {
            while try !standing(ticket).isTurn { try await Task.sleep(for: Self.queuePause) }
            if request.isStaged { try await takePlace(ticket) }
            try await begin(request)
        } catch {
            queue.note(failure: (error as? FleetError)?.message ?? (error as? WireFault)?.message ?? "\(error)", of: ticket)
        }
        place.drop()
        queue.sweep()
    }

    private func takePlace(_ ticket: QueueTicket) async throws {
        let queue = ticket.queue, staging = queue.staging(of: ticket.id)
        let lock = try await lock(queue.workspace, for: "start of a run", by: nil), staged = try await self.lock(staging, for: nil, by: nil)
        defer { withExtendedLifetime((lock, staged)) {} }
        let stamp = SourceStamp.read(state: state, workspace: staging)
        try queue.putInPlace(ticket.id)
        if var stamp {
            stamp.workspace = queue.workspace
            try stamp.write(state: state)
        }
    }

    /// Builds and starts.
    private func begin(_ request: WaitingStart) async throws {
        secrets.hold(request.secrets)
        if let build = request.build {
            let end = try await self.build(build, nil)
            if end != .exited(0) { throw WireFault(.request, "the build command failed: \(Self.words(of: end)); nothing was run") }
        }
        secrets.hold(request.secrets)
        _ = try await start(request.start)
    }

    private static func words(of end: PrepareEnd) -> String {
        switch end {
        case .exited(let code): "it ended with exit code \(code)"
        case .signaled(let name): "it was ended by \(name)"
        case .timedOut: "it took too long"
        }
    }
}
