import Fleet
import FoundationEssentials
import Glibc
import TreeSync
import Wire

/// The host's side of a conversation with slt-remote. It keeps nothing: truth is in the run directories.
struct Agent: Sendable {
    /// Absolute path of the folder of agents and runs.
    let state: String
    /// This program, which is started again as supervisor.
    let executable: String
    /// What the client calls this build.
    let build: String

    func answer(_ exchange: Exchange) async throws {
        do {
            try await carryOut(try WireCodec.decode(AgentRequest.self, from: exchange.request), exchange)
        } catch let error as FleetError {
            throw WireFault(error)
        } catch let error as SyncError {
            throw WireFault(error)
        }
    }

    private func carryOut(_ request: AgentRequest, _ exchange: Exchange) async throws {
        switch request {
        case .sync(let workspace, let token): try await receive(HostPath.expand(workspace), token, exchange)
        case .lane: throw WireFault(.request, "cannot carry a lane: this connection has joined no sync")
        case .prepare(let request): try await prepare(request, exchange)
        case .start(let request): try await start(request, exchange)
        case .resume(let run): try await resume(run, exchange)
        case .follow(let run, let offset): try await follow(run, offset, exchange)
        case .status(let run): try await report(run, exchange)
        case .stop(let run, let now): try await stop(run, now, exchange)
        case .workers(let run, let count): try await change(run, exchange) { try $0.requestWorkers(count) }
        case .pause(let run, let paused): try await change(run, exchange) { try $0.requestPause(paused) }
        case .doctor(let ends): try await examine(ends, exchange)
        case .runs(let limit): try await list(limit, exchange)
        case .logs(let request): try await LogReader(directory: find(request.run), request: request, exchange: exchange).run()
        case .fetch(let run): try await send(find(run), exchange)
        }
    }

    func find(_ run: String?) throws -> RunDirectory { try RunDirectory.find(state: state, id: run) }

    // MARK: sources

    private func receive(_ workspace: String, _ token: String?, _ exchange: Exchange) async throws {
        let lock = try await lock(workspace)
        defer { withExtendedLifetime(lock) {} }
        // Without lanes all goes over this exchange.
        guard let token, let door = try? LaneDoor(token: token) else {
            _ = try await TreeReceiver.run(root: workspace, policy: .trusted, over: exchange)
            return
        }
        let intake = LaneIntake()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await serve(door, intake) }
            defer {
                door.close()
                group.cancelAll()
            }
            _ = try await TreeReceiver.run(root: workspace, policy: .trusted, lanes: intake, over: exchange)
        }
    }

    /// Answers each connection that joins, until the door is closed.
    private func serve(_ door: LaneDoor, _ intake: LaneIntake) async {
        await withDiscardingTaskGroup { group in
            while let guest = await door.next() {
                group.addTask {
                    let stream = DescriptorStream(reading: guest.reading, writing: guest.writing)
                    try? await Conversation.answer(over: stream, as: Hello(build: build, hostName: HostName.own, pid: getpid())) { exchange in
                        guard case .lane = try WireCodec.decode(AgentRequest.self, from: exchange.request) else {
                            throw WireFault(.request, "this connection only carries a lane of a sync")
                        }
                        do { try await intake.carry(exchange) } catch let error as SyncError { throw WireFault(error) }
                    }
                    await stream.close()
                    guest.dismiss()
                }
            }
            group.cancelAll()
        }
    }

    private func prepare(_ request: PrepareRequest, _ exchange: Exchange) async throws {
        let lock = try await lock(HostPath.expand(request.workspace))
        defer { withExtendedLifetime(lock) {} }
        try await BuildCommand(request: request, exchange: exchange).run()
    }

    /// Sources are not changed under a run that uses them.
    private func lock(_ workspace: String) async throws -> WorkspaceLock {
        let lock = try await claim(workspace)
        if let live = try RunDirectory.live(state: state, workspace: workspace) {
            throw WireFault(.busy, "cannot change \(workspace): run \(live.spec.id) uses it; wait for it ('slt-remote attach') or end it ('slt-remote stop')",
                            isRetryable: true)
        }
        return lock
    }

    /// How long the one before may take to let go: a client asks for the next step as soon as it has the result of
    /// the last one, and the agent of a client that was killed ends a moment later.
    private static let lockPatience = Duration.seconds(3)

    private func claim(_ workspace: String) async throws -> WorkspaceLock {
        let end = ContinuousClock.now + Self.lockPatience
        while ContinuousClock.now < end {
            if let lock = try claimNow(workspace) { return lock }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try WorkspaceLock(state: state, workspace: workspace)
    }

    /// - Returns: `nil` while another client has the workspace.
    private func claimNow(_ workspace: String) throws(FleetError) -> WorkspaceLock? {
        do {
            return try WorkspaceLock(state: state, workspace: workspace)
        } catch {
            guard error.code == .alreadyRunning else { throw error }
            return nil
        }
    }

    // MARK: runs

    private func start(_ request: StartRequest, _ exchange: Exchange) async throws {
        let workspace = HostPath.expand(request.workspace)
        let lock = try await lock(workspace)
        defer { withExtendedLifetime(lock) {} }
        var spec = request.spec
        spec.id = RunDirectory.newID()
        spec.workspace = workspace
        spec.workers = request.workers ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let suite = try Suite.discover(workspace: workspace, globs: request.globs, block: request.block, seed: spec.seed)
            .selecting(spec.selection ?? Selection(), history: SuiteHistory.load(state: state, workspace: workspace), seed: spec.seed)
        spec.blocked = suite.files.compactMap { file in file.blockedReason.map { BlockedFile(path: file.text, reason: $0) } }
        try await launch(try RunDirectory.create(state: state, spec: spec, suite: suite), exchange)
    }

    private func resume(_ run: String?, _ exchange: Exchange) async throws {
        let directory = try find(run)
        let lock = try await claim(directory.spec.workspace)
        defer { withExtendedLifetime(lock) {} }
        if let live = try RunDirectory.live(state: state, workspace: directory.spec.workspace) {
            let id = directory.spec.id
            if live.spec.id == id { throw WireFault(.busy, "cannot resume run \(id): it is running; follow it with 'slt-remote attach \(id)'", isRetryable: true) }
            throw WireFault(.busy, "cannot resume run \(id): run \(live.spec.id) uses its sources; wait for it ('slt-remote attach') or end it ('slt-remote stop')",
                            isRetryable: true)
        }
        try await launch(directory, exchange)
    }

    private func launch(_ directory: RunDirectory, _ exchange: Exchange) async throws {
        try Supervisor.launch(runDirectory: directory, executable: executable, environment: await LoginEnvironment.capture())
        try await exchange.send(value: try directory.status())
    }

    private func report(_ run: String?, _ exchange: Exchange) async throws {
        let directory = run == nil ? try? find(nil) : try find(run)
        async let sample = HostSampler.measure()
        let report = HostReport(hostName: HostName.own, run: try directory?.status(), mode: directory?.spec.mode, sample: try await sample)
        try await exchange.send(value: report)
    }

    private func list(_ limit: Int, _ exchange: Exchange) async throws {
        for id in try RunDirectory.list(state: state).reversed().prefix(max(0, limit)) {
            // A directory that cannot be read does not hide the others.
            guard let status = try? RunDirectory.open(state: state, id: id).status() else { continue }
            try await exchange.send(value: status)
        }
    }

    private func stop(_ run: String?, _ now: Bool, _ exchange: Exchange) async throws {
        let directory = try find(run)
        guard try directory.isSupervised() else {
            try await exchange.send(value: try directory.status())
            return
        }
        try directory.requestStop(now ? .now : .graceful)
        while try directory.isSupervised() {
            try await exchange.send(value: try directory.status())
            try await Task.sleep(for: .milliseconds(200))
        }
        try await exchange.send(value: try directory.status())
    }

    /// Asks something of a live run.
    private func change(_ run: String?, _ exchange: Exchange, _ body: (RunDirectory) throws -> Void) async throws {
        let directory = try find(run)
        guard try directory.isSupervised() else {
            throw WireFault(.request, "cannot change run \(directory.spec.id): it is not running; 'slt-remote runs' lists the runs")
        }
        try body(directory)
        // The supervisor sees the wish within its tick of a tenth of a second.
        try await Task.sleep(for: .milliseconds(250))
        try await exchange.send(value: try directory.status())
    }

    private func examine(_ ends: Bool, _ exchange: Exchange) async throws {
        RunDirectory.removeUnfinished(state: state, ends: ends)
        let leftovers = try Leftovers.find(state: state)
        let interrupted = try RunDirectory.list(state: state).filter { id in
            (try? RunDirectory.open(state: state, id: id).status().phase) == .interrupted
        }
        let report = DoctorReport(hostName: HostName.own, leftovers: leftovers, ended: ends ? Leftovers.end(leftovers) : 0, interrupted: interrupted,
                                  memory: MemoryLimit.Holder.here)
        try await exchange.send(value: report)
    }

    private func follow(_ run: String?, _ offset: Int, _ exchange: Exchange) async throws {
        let directory = try find(run)
        var follower = RunFollower(directory, from: offset)
        var sampler = HostSampler()
        while true {
            let isLive = try directory.isSupervised()
            while true {
                let events = try follower.next(limit: 256 << 10)
                if events.isEmpty { break }
                try await exchange.send(value: FollowMessage.events(events, next: follower.offset))
            }
            try await exchange.send(value: FollowMessage.status(try directory.status(), sampler.sample()))
            if !isLive { return }
            for _ in 0..<5 where try directory.isSupervised() { try await Task.sleep(for: .milliseconds(100)) }
        }
    }

    // MARK: results

    /// What only the fleet itself needs stays on the host; of a run that has ended, `records.jsonl` has every record.
    private func send(_ directory: RunDirectory, _ exchange: Exchange) async throws {
        let status = try directory.status()
        try await exchange.send(value: FetchHeader(status: status))
        var excludes = ["/claims/", "/feed/", "/cgroup", "/tmp/", "/work/", "/cursor", "/scoreboard", "/supervisor.lock", "/stop"]
        if status.phase == .finished { excludes.append("/results/") }
        _ = try await TreeSender.run(root: directory.path, rules: SourceRules(excludes: excludes, gitignore: false, sltignore: false), over: exchange)
    }
}

extension WireFault {
    init(_ error: FleetError) {
        let code: Code = switch error.code {
        case .invalid, .noFiles, .noSuchRun, .alreadyFinished, .runExists: .request
        case .alreadyRunning: .busy
        case .corrupt, .system, .startFailed, .accounting: .host
        }
        self.init(code, error.message, isRetryable: error.isRetryable)
    }

    init(_ error: SyncError) {
        let code: Code = switch error.code {
        case .source, .massDeletion, .rules: .request
        case .incompatible: .version
        case .violation: .malformed
        case .disconnected: .disconnected
        case .destination, .noSpace, .limit, .resources: .host
        }
        self.init(code, error.message, isRetryable: error.canRetry)
    }
}
