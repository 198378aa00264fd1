import AgentProtocol
import Fleet
import Platform
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
    /// For the next start or resume.
    let secrets = HeldSecrets()
    /// For the starts of this conversation.
    let login = HeldLogin()
    /// For the next start.
    private let share = HeldShare()
    /// In the queue for a workspace, until the run has started.
    let place = HeldPlace()
    let revival = Revival()
    /// For the next status.
    private let failing = FailureReader()

    init(state: String, executable: String, build: String) {
        self.state = state
        self.executable = executable
        self.build = build
    }

    func answer(_ exchange: Exchange) async throws {
        do {
            try await carryOut(try WireCodec.decode(AgentRequest.self, from: exchange.request), exchange)
        } catch let error as FleetError {
            throw WireFault(error)
        } catch is SyncError {
            // The sync itself has told the other side, in its own messages.
        }
    }

    private func carryOut(_ request: AgentRequest, _ exchange: Exchange) async throws {
        // What lies there is executed.
        try FolderTrust.checkState(state)
        switch request {
        case .sync(let request, let token): try await receive(request, token, exchange)
        case .claim(let request): try check(request)
        case .mark(let workspace): if let mark = mark(of: workspace) { try await exchange.send(value: mark) }
        case .copyWorkspace(let request, let base): try await exchange.send(value: copy(request, from: base))
        case .copyNearest(let request): if let mark = try await copyNearest(request) { try await exchange.send(value: mark) }
        case .treeWorkspaces(let folder):
            for near in NearbyWorkspace.all(in: RealPath.of(HostPath.expand(folder)), state: state) {
                try await exchange.send(value: TreeWorkspace(path: near.folder, mark: near.mark, lastUse: near.lastUse))
            }
        case .removeWorkspace(let request): if let item = try await remove(request) { try await exchange.send(value: item) }
        case .queue(let request, let user, let waits): try await queue(request, by: user, waits: waits, exchange)
        case .stage(let request): try await stage(request, exchange)
        case .leaveWaiting(let request): try await leaveWaiting(request, exchange)
        case .noteSource(let stamp): try await note(stamp, exchange)
        case .lane: throw WireFault(.request, "cannot carry a lane: this connection has joined no sync")
        case .prepare(let request): try await prepare(request, exchange)
        case .diagnose(let request): try await diagnose(request, exchange)
        case .secrets(let given): secrets.hold(given)
        case .survey(let request): try await survey(request, exchange)
        case .share(let keys): share.add(keys)
        case .giveBack(let run, let count): try await giveBack(run, count, exchange)
        case .start(let request): try await exchange.send(value: start(request))
        case .resume(let request): try await exchange.send(value: resume(request))
        case .follow(let run, let offset): try await follow(run, offset, exchange)
        case .status(let run): try await report(run, exchange)
        case .stop(let run, let now): try await stop(run, now, exchange)
        case .workers(let run, let count): try await change(run, exchange) { try $0.requestWorkers(count) }
        case .pause(let run, let paused): try await change(run, exchange) { try $0.requestPause(paused) }
        case .doctor(let ends): try await examine(ends, exchange)
        case .runs(let limit): try await list(limit, exchange)
        case .logs(let request): try await LogReader(directory: find(request.run), request: request, exchange: exchange).run()
        case .fetch(let run): try await send(find(run), exchange)
        case .removeRuns(let runs, let isDryRun):
            let end = ContinuousClock.now + Self.readersPatience
            for run in runs {
                var removal = RunDirectory.remove(run, state: state, isDryRun: isDryRun)
                while removal.mayBeTriedAgain, !isDryRun, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(20))
                    removal = RunDirectory.remove(run, state: state, isDryRun: isDryRun)
                }
                try await exchange.send(value: removal)
            }
        case .clean(let agents, let isDryRun):
            // Sources that waited for a process that is gone.
            if !isDryRun { for queue in WorkspaceQueue.all(state: state) { queue.sweep() } }
            for item in StateCleaning.run(state: state, keeping: agents + [build], isDryRun: isDryRun) { try await exchange.send(value: item) }
        }
    }

    /// How long a removal waits for those who read the runs: who has just been told to read no longer may not have let go.
    private static let readersPatience = Duration.seconds(2)

    func find(_ run: RunChoice) async throws -> RunDirectory {
        let directory = try RunDirectory.find(state: state, here(run))
        await revive(directory)
        return directory
    }


    /// The same with the workspace as this host has it.
    private func here(_ run: RunChoice) -> RunChoice { RunChoice(name: run.name, workspace: run.workspace.map(HostPath.expand)) }

    // MARK: sources

    /// Receives a tree, and leaves word of what it is.
    func takeTree(into workspace: String, _ token: String?, isDryRun: Bool, isNew: Bool, _ exchange: Exchange) async throws {
        guard !isDryRun else { return _ = try await takeTree(into: workspace, token, isNew: isNew, exchange) }
        let before = SourceStamp.read(state: state, workspace: workspace)
        // Whoever resumes a run after a sync that was cut off must not take the mixture for what was there before.
        try SourceStamp(workspace: workspace, source: before?.source, isUnfinished: true, project: before?.project).write(state: state)
        do {
            let report = try await takeTree(into: workspace, token, isNew: isNew, exchange)
            try SourceStamp(workspace: workspace, source: SourceState(treeDigest: report.treeDigest), isUnfinished: report.isPartial ? true : nil).write(state: state)
        } catch let error as SyncError where error.code == .massDeletion {
            // Nothing was changed.
            try (before ?? SourceStamp(workspace: workspace)).write(state: state)
            throw error
        }
    }

    private func takeTree(into workspace: String, _ token: String?, isNew: Bool, _ exchange: Exchange) async throws -> SyncReport {
        // Without lanes all goes over this exchange.
        guard let token, let listener = try? LaneListener(token: token) else {
            return try await TreeReceiver.run(root: workspace, policy: .trusted, rootIsNew: isNew, over: exchange)
        }
        let receiver = LaneReceiver()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await serve(listener, receiver) }
            defer {
                listener.close()
                group.cancelAll()
            }
            return try await TreeReceiver.run(root: workspace, policy: .trusted, rootIsNew: isNew, lanes: receiver, over: exchange)
        }
    }

    /// Answers each connection that joins, until the listener is closed.
    private func serve(_ listener: LaneListener, _ receiver: LaneReceiver) async {
        await withDiscardingTaskGroup { group in
            while let lane = await listener.next() {
                group.addTask {
                    let stream = DescriptorStream(reading: lane.reading, writing: lane.writing)
                    try? await Conversation.answer(over: stream, as: Hello(build: build, hostName: HostName.own, pid: getpid())) { exchange in
                        guard case .lane = try WireCodec.decode(AgentRequest.self, from: exchange.request) else {
                            throw WireFault(.request, "this connection only carries a lane of a sync")
                        }
                        do { try await receiver.carry(exchange) } catch let error as SyncError { throw WireFault(error) }
                    }
                    await stream.close()
                    lane.dismiss()
                }
            }
            group.cancelAll()
        }
    }

    /// Keeps what a client knows of the tree that it has just brought; not when somebody else is changing it already.
    private func note(_ known: SourceStamp, _ exchange: Exchange) async throws {
        let workspace = HostPath.expand(known.workspace)
        // The sync that this client was told the end of may be about to let go.
        let lock = try? await lock(workspace, for: nil, by: nil)
        defer { withExtendedLifetime(lock) {} }
        let stamp = SourceStamp.read(state: state, workspace: workspace)
        let isSame = lock != nil && stamp?.isUnfinished == nil && stamp?.source?.treeDigest != nil && stamp?.source?.treeDigest == known.source?.treeDigest
        if isSame { try SourceStamp(workspace: workspace, source: known.source, project: known.project).write(state: state) }
        try await exchange.send(value: isSame)
    }

    private func prepare(_ request: PrepareRequest, _ exchange: Exchange) async throws {
        try await exchange.send(PrepareMessage.ended(build(request, exchange)).bytes)
    }

    /// - Parameter exchange: with the client who looks on, if there is one.
    func build(_ request: PrepareRequest, _ exchange: Exchange?) async throws -> PrepareEnd {
        let lock = try await lock(HostPath.expand(request.workspace), for: "build", by: request.startedBy)
        let log = BuildLog(state: state, workspace: HostPath.expand(request.workspace))
        let command = BuildCommand(request: request, exchange: exchange, executable: executable, log: log.begin(), engine: secrets.now, login: login)
        return try await lettingGo(lock, exchange) { try await command.run() }
    }

    private func diagnose(_ request: DiagnosisRequest, _ exchange: Exchange) async throws {
        if request.needsLibraries, OwnProgram.isStatic {
            throw WireFault(.needsLibraries, "cannot look at \(request.file): its engine loads a library, which this agent cannot")
        }
        let stamp = SourceStamp.read(state: state, workspace: HostPath.expand(request.workspace))
        if let source = stamp?.source, stamp?.isUnfinished == nil { try await exchange.send(value: DiagnosisAnswer.source(source)) }
        try await DiagnosisProcess(request: request, exchange: exchange, executable: executable).run()
    }

    // MARK: runs

    func start(_ request: StartRequest) async throws -> RunStatus {
        let workspace = HostPath.expand(request.workspace)
        let lock = try await lock(workspace, for: "start of a run", by: request.spec.startedBy)
        defer { withExtendedLifetime(lock) {} }
        var spec = request.spec
        // Whoever waited has been told a name.
        spec.id = place.now?.id ?? RunDirectory.newID()
        spec.workspace = workspace
        spec.workers = try workers(request.workers, of: spec)
        let stamp = SourceStamp.read(state: state, workspace: workspace)
        if let brought = spec.source?.treeDigest, let there = stamp?.source?.treeDigest, brought != there {
            throw WireFault(.busy, "cannot start the run: another client has changed the sources in \(workspace) since this one brought them; run again",
                            isRetryable: true)
        }
        if spec.source == nil, let stamp, stamp.isUnfinished == nil {
            spec.source = stamp.source
            spec.project = stamp.project ?? spec.project
        }
        secrets.hold(EngineSecrets(spec.engine))
        spec.engine = spec.engine.withoutSecrets()
        let all = try suite(request, in: workspace), keys = share.take()
        let unmatched = keys == nil ? try all.unmatched(block: request.block, timeouts: spec.fileTimeouts ?? [], groups: spec.groups ?? []) : []
        let history = try history(request, workspace)
        let chosen = if let keys {
            try all.only(keys).selecting(Selection(order: spec.selection?.order), history: history, seed: spec.seed)
        } else {
            try all.selecting(spec.selection ?? Selection(), history: history, seed: spec.seed)
        }
        let suite = try chosen.divided(spec.split ?? .off, workers: spec.workers, history: history, groups: spec.groups ?? [])
        spec.blocked = suite.files.compactMap { file in file.blockedReason.map { BlockedFile(path: file.text, reason: $0) } }
        let directory = try RunDirectory.create(state: state, spec: spec, suite: suite, known: request.known)
        if request.hasBuilt == true { BuildLog(state: state, workspace: workspace).keep(in: directory) }
        do {
            let status = try await launch(directory, lock, unmatched: unmatched)
            place.drop()
            return status
        } catch where spec.slurm != nil {
            // What a cluster did not take is no run.
            _ = RunDirectory.remove(spec.id, state: state, isDryRun: false)
            throw error
        }
    }

    private func history(_ request: StartRequest, _ workspace: String) throws -> SuiteHistory {
        let own = try SuiteHistory.load(state: state, workspace: workspace)
        return request.expected.map { own.completed(with: $0) } ?? own
    }

    private func survey(_ request: StartRequest, _ exchange: Exchange) async throws {
        let workspace = HostPath.expand(request.workspace), history = try history(request, workspace)
        let suite = try suite(request, in: workspace).selecting(request.spec.selection ?? Selection(), history: history, seed: request.spec.seed)
        let expected = suite.expected(history), speed = HostSpeed.measure()
        for from in stride(from: 0, to: suite.files.count, by: SuiteSurvey.most) {
            let some = (from..<min(from + SuiteSurvey.most, suite.files.count)).map { index in
                SuiteSurvey.File(file: suite.files[index].text, key: suite.files[index].key, expected: expected[index], isBlocked: suite.files[index].blockedReason == nil ? nil : true)
            }
            try await exchange.send(value: SuiteSurvey(cores: cores, speed: speed, files: some))
        }
    }

    private func giveBack(_ run: RunChoice, _ count: Int, _ exchange: Exchange) async throws {
        let keys = try await find(run).giveBack(count)
        for from in stride(from: 0, to: keys.count, by: GivenBack.most) {
            try await exchange.send(value: GivenBack(files: Array(keys[from..<min(from + GivenBack.most, keys.count)])))
        }
    }

    private func suite(_ request: StartRequest, in workspace: String) throws -> Suite {
        do {
            return try Suite.discover(workspace: workspace, globs: request.globs, block: request.block, seed: request.spec.seed)
        } catch {
            guard error.code == .noFiles else { throw error }
            throw WireFault(.request, error.message + (request.hasBuilt == true ? "; no run was started" : "; nothing was started"))
        }
    }

    var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    private func resume(_ request: ResumeRequest) async throws -> RunStatus {
        let directory = try await find(request.run)
        if let live = try RunDirectory.live(state: state, workspace: directory.spec.workspace) {
            let id = directory.spec.id
            if live.spec.id == id { throw WireFault(.busy, "cannot resume run \(id): it is running", remedy: .follow(run: id), isRetryable: true) }
            throw WireFault(.busy, "cannot resume run \(id): run \(live.spec.id) uses its sources", remedy: .awaitRun(run: live.spec.id),
                            isRetryable: true)
        }
        let lock = try await lock(directory.spec.workspace, for: "start of a run", by: directory.spec.startedBy)
        defer { withExtendedLifetime(lock) {} }
        // Of one that has nothing left the supervisor says so.
        guard try directory.summary()?.isComplete != true else { return try await launch(directory, lock) }
        return try await launch(directory.revised(workers: request.workers.map { $0 == 0 ? try workers(nil, of: directory.spec) : $0 }, timeBudget: request.timeBudget,
                                           stamp: SourceStamp.read(state: state, workspace: directory.spec.workspace), force: request.force), lock)
    }

    private func launch(_ directory: RunDirectory, _ lock: WorkspaceLock?, unmatched: [String] = []) async throws -> RunStatus {
        if directory.spec.engine.needsLibraries, OwnProgram.isStatic {
            throw WireFault(.needsLibraries, "cannot run \(directory.spec.id): its engine loads a library, which this agent cannot")
        }
        let given = secrets.take()
        let missing = directory.spec.engine.missing(in: given)
        guard missing.isEmpty else {
            throw WireFault(.request, "cannot start run \(directory.spec.id): its engine needs \(missing.joined(separator: ", ")), whose values are kept nowhere; "
                + "set them in the configuration, as when it was started")
        }
        let variables = await login.known().merging(given.variables) { $1 }
        try checkCluster(directory)
        let executable = executable
        // A job that shows whether the nodes see the run directory may wait a while.
        _ = try await SystemThread.run { try Supervisor.launch(runDirectory: directory, executable: executable, environment: variables, lock: lock, patience: directory.spec.slurm == nil ? 30 : 240) }
        var status = try directory.status()
        status.unmatched = unmatched.isEmpty ? nil : unmatched
        return status
    }

    private func report(_ run: RunChoice, _ exchange: Exchange) async throws {
        let queued = run.name.flatMap(waiting)
        let directory = run.name == nil ? try? await find(run) : queued == nil ? try await find(run) : nil
        async let sample = HostSampler.measure()
        var report = HostReport(hostName: HostName.own, run: try directory?.status() ?? queued, mode: directory?.spec.mode, sample: try await sample)
        let others = run.name == nil ? try RunDirectory.elsewhere(state: state, workspace: here(run).workspace, orLatest: directory == nil) : []
        report.elsewhere = others.isEmpty ? nil : others
        let waits = waitingRuns(for: directory?.spec.workspace ?? here(run).workspace)
        report.waiting = waits.isEmpty ? nil : waits
        if let directory, report.run?.failed ?? 0 > 0 { report.failing = failing.records(of: directory) }
        try await exchange.send(value: report)
    }

    private func list(_ limit: Int, _ exchange: Exchange) async throws {
        for id in try RunDirectory.list(state: state).reversed().prefix(max(0, limit)) {
            // A directory that cannot be read does not hide the others.
            guard let status = try? RunDirectory.open(state: state, id: id).status() else { continue }
            try await exchange.send(value: status)
        }
    }

    /// Asks something of a live run.
    private func change(_ run: RunChoice, _ exchange: Exchange, _ body: (RunDirectory) throws -> Void) async throws {
        let directory = try await find(run)
        guard try directory.isSupervised() else {
            let others = run.name == nil ? try RunDirectory.elsewhere(state: state, workspace: here(run).workspace).prefix(3).map(\.words) : []
            let hint = others.isEmpty ? "" : "; of other projects there is " + others.joined(separator: ", ")
            throw WireFault(.request, "cannot change run \(directory.spec.id): it is not running\(hint)", remedy: others.isEmpty ? .listRuns : .nameRun)
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

    // MARK: results

    /// What only the fleet itself needs stays on the host; of a run that has ended, `records.jsonl` has every record.
    private func send(_ directory: RunDirectory, _ exchange: Exchange) async throws {
        let reading = try directory.beginReading(whole: true)
        defer { withExtendedLifetime(reading) {} }
        let status = try directory.status()
        try await exchange.send(value: FetchHeader(status: status))
        var excludes = ["/claims/", "/feed/", "/cgroup", "/tmp/", "/work/", "/databases/", "/groups/", "/cursor", "/scoreboard", "/supervisor.lock", "/stop", "/began", "/nodes/leave-*", "/nodes/*/feed/", "/nodes/*/tmp/", "/nodes/*/work/", "/nodes/*/cgroup", "/nodes/*/scoreboard", "/nodes/*/supervisor.lock", "/nodes/*/events"]
        if status.phase == .finished { excludes.append("/results/") }
        _ = try await TreeSender.run(root: directory.path, rules: SourceRules(excludes: excludes, gitignore: false, sltignore: false), over: exchange)
    }
}
