import Glibc
import Platform

/// A run under way: tells ``SupervisorCore`` what happens, and does what it decides. It is the only writer of events, samples and
/// summary. One thread, which must live as long as the workers: they are told by the kernel when it ends.
struct FleetRun {
    let directory: RunDirectory
    let spec: RunSpec
    let layout: RunLayout
    let executable: Path
    let board: Scoreboard
    let manifest: Manifest
    let positions: Positions
    let table: ClaimTable
    let publisher: Publisher
    let started = Clock.monotonic
    /// In seconds since 1970.
    let startedAt = Clock.now
    var core: SupervisorCore
    var events: EventLog
    var index: RecordIndex
    var ledger: Ledger
    private var clock = UseClock()
    let timeouts: TimeoutRules
    /// The time-out of the file that a worker is on, by pid.
    var knownTimeouts: [Int32: (position: Int, seconds: Double)] = [:]
    private var announcedIterations: Int
    /// nil where the address space is limited instead.
    let groups: MemoryGroups?
    let redaction: Redaction
    /// What earlier runs have shown, where that is asked for.
    var memory: (any VerdictMemory)?
    /// What was taken from it.
    var cached: CachedFiles?
    /// What workers print, by slot, where it is looked through for secrets first.
    var logs: [Int: WorkerLog] = [:]
    var sampler: FleetSampler
    private var shares: ShareWatch
    var feeds: [Int: FeedReader] = [:]
    var orphans: Orphans
    var memoryKills = HostMemory.outOfMemoryKills()
    var isFinished = false
    private(set) var givenBack = GivenBack()

    /// Positions at the end of the queue that another host runs.
    struct GivenBack {
        /// The first one.
        var first: Int?
        var queued = 0
        /// Those without a record.
        var missing = 0

        func holds(_ position: Int, _ positions: Positions) -> Bool { first.map { position >= $0 && position < positions.end } ?? false }
    }
    let role: FleetRole
    /// Of an element of a cluster's job.
    var element = ElementState()
    /// Of a run whose workers are on a cluster.
    var cluster: ClusterState?
    /// When the first element began, in seconds since 1970.
    private var began: Double?

    static let signals = [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1]

    /// Takes over the directory, whose lock the caller holds.
    init(_ directory: RunDirectory, executable: Path, role: FleetRole = .host, memory: (any VerdictMemory)? = nil) throws(FleetError) {
        self.role = role
        self.memory = memory
        self.directory = directory
        self.executable = executable
        spec = directory.spec
        layout = directory.layout
        redaction = directory.redaction
        if let summary = try directory.summary(), summary.isComplete {
            throw FleetError(.alreadyFinished, "cannot resume the run \(spec.id): every file has its record; start a new run")
        }
        board = try Scoreboard(layout.scoreboard)
        manifest = try directory.manifest()
        positions = Positions(manifest, spec)
        ledger = Ledger(positions)
        timeouts = try TimeoutRules(spec)
        table = ClaimTable(layout: layout, owner: ClaimOwner(process: .current, worker: -1))
        let workers = directory.node?.workers ?? spec.workers
        publisher = Publisher(slot: board.supervisor, results: Results(layout: layout), table: table, isShared: directory.node != nil && FileSystem.isOfNetwork(layout.root))
        let rules = SupervisorCore.Rules(attempts: spec.attempts, timeBudget: spec.timeBudget, grace: UInt64(spec.graceSeconds * 1e9),
                                         memoryLimit: spec.memoryLimit, capacity: board.workers)
        core = SupervisorCore(rules, workers: workers, floor: MemoryFloor(spec.memoryFloor))
        guard workers <= board.workers else { throw FleetError(.corrupt, "cannot run: the scoreboard is too small for \(spec.workers) workers") }
        events = try EventLog(layout.events)
        orphans = Orphans(table: table, lease: spec.leaseSeconds)
        sampler = try FleetSampler(layout.samples)
        shares = ShareWatch(directory)
        let reconciliation = Reconciliation(directory, board, manifest)
        switch role {
        case .host: (index, announcedIterations) = try reconciliation.run(&events, table, &ledger)
        case .cluster(isNew: true): (index, announcedIterations) = try reconciliation.run(&events, table, &ledger, everywhere: true)
        case .cluster(isNew: false): (index, announcedIterations) = try reconciliation.look(&events, &ledger)
        case .element: (index, announcedIterations) = (RecordIndex(count: manifest.count, grows: positions.startsOver), 0)
        }
        MemoryGroups.remove(layout.controlGroup, ends: true)
        groups = role.isCluster ? nil : MemoryGroups(spec, layout)
        try writeHeader()
        let limit = directory.memoryLimit(isGrouped: groups != nil).map { ", \($0.words)" } ?? ""
        try events.append(RunEvent(kind: .runStarted, time: Clock.now, pid: getpid(), message: "\(manifest.count) files, \(workers) workers" + limit))
        switch role {
        case .host: try publishBlocked()
        case .element: try returnClaims()
        case .cluster:
            try publishBlocked()
            if let slurm = spec.slurm { cluster = ClusterState(jobs: try SlurmJobs(directory, slurm, executable: executable)) }
        }
    }

    /// Seconds of the time budget that are over. On a cluster it counts from the first element's start, so that a run does not pay for its wait.
    var budgetUsed: Double {
        mutating get {
            if role.isHost { return Clock.seconds(since: started) }
            if began == nil { began = directory.began }
            return began.map { max(0, Clock.now - $0) } ?? 0
        }
    }

    private func writeHeader() throws(FleetError) {
        let now = UInt64(Clock.now * 1e6)
        board.text = ""
        board[.draining] = 0
        board.paused = directory.isPauseRequested ? .asked : []
        board[.memoryGroups] = groups == nil ? 0 : 1
        board.use = FleetUse()
        ledger.show(on: board)
        board[.supervisorPid] = UInt64(getpid())
        board[.supervisorStart] = table.owner.process.startTime
        board[.workersWanted] = UInt64(core.wanted)
        board[.slotsUsed] = role.isCluster ? 0 : UInt64(core.wanted)
        board[.sealed] = 0
        board[.demand] = UInt64(core.wanted)
        for word in [Scoreboard.Header.shareWorkers, .shareRuns, .shareCores] { board[word] = 0 }
        board[.startedClock] = started
        if board[.firstStartedAt] == 0 { board[.firstStartedAt] = now }
        board[.startedAt] = now
    }

    private mutating func publishBlocked() throws(FleetError) {
        for id in manifest.runnable..<manifest.count where index[id] == nil {
            let file = try manifest.entry(id)
            try publish(FileRecord(id: id, file: file.text, outcome: .blocked, finishedAt: Clock.now,
                                   message: "blocked: \(file.blockedReason ?? "")"), at: id, generation: 0)
        }
    }

    /// Publishes a record for a file whose worker cannot.
    mutating func publish(_ record: FileRecord, at position: Int, generation: Int) throws(FleetError) {
        let record = record.redacted(by: redaction).bounded
        guard try publisher.publish(record, at: position, upTo: generation) else { return }
        if index.add(position, .result) { ledger.add(position, record.outcome, isFlaky: false, at: record.finishedAt) }
        try events.append(EventLine.finished(record.brief.json, at: record.finishedAt))
    }

    /// Runs to the end and returns the summary that it wrote.
    mutating func run() throws(FleetError) -> RunSummary {
        Signals.block(FleetRun.signals)
        do {
            if !role.isElement { try recallVerdicts() }
            while true {
                try turn()
                if isFinished { break }
                waitForNews()
            }
        } catch {
            // The jobs go on, and whoever comes next looks after them.
            if role.isCluster { throw error }
            try? handle(.broken(error.message, DiskRoom.isShort(layout) ? .disk : nil))
            try? endFleet()
        }
        groups?.remove()
        do throws(FleetError) {
            return try finish()
        } catch {
            // Without room for the summary this is how people hear of it.
            board.text = [core.failure, error.message].compactMap { $0 }.joined(separator: "; ")
            throw error
        }
    }

    private mutating func waitForNews() {
        switch Signals.wait(for: FleetRun.signals, seconds: tick) {
        case let signal? where signal != SIGCHLD && role.isElement: element.take(signal)
        // The jobs go on, and whoever comes next looks after them.
        case SIGTERM, SIGINT, SIGHUP: if role.isCluster { cluster?.isAsked = true } else { try? directory.requestStop(.now) }
        default: break
        }
    }

    /// Seconds between two looks, unless a worker ends before.
    private var tick: Double {
        let age = Clock.seconds(since: started)
        // A run of a few files is over before a tenth of a second is; somebody may look at it.
        if role.isHost { return age < 1 ? 0.005 : 0.1 }
        // Each look costs a shared file system some questions, of each element.
        return age < 10 || cluster?.endsSince != nil ? 0.1 : 0.5
    }

    /// Looks at everything once.
    private mutating func turn() throws(FleetError) {
        if role.isCluster { return try turnOfCluster() }
        for slot in logs.keys { logs[slot]?.drain() }
        try reap()
        try readFeeds()
        try announceIterations()
        if let request = directory.stopRequest { try handle(.stopRequested(request, now: Clock.monotonic)) }
        try handle(.timePassed(seconds: budgetUsed, now: Clock.monotonic, isComplete: isComplete))
        try handle(.pauseRequested(directory.isPauseRequested))
        if role.isElement { try turnOfElement() } else { try handle(.workersRequested(directory.workersRequest ?? core.wanted)) }
        if role.isHost { try watchShare() }
        try watchTimeouts()
        try watchMemory()
        clock.tick(board, wanted: core.phase == .running ? core.allowed : core.workers.count, queued: try queued)
        if sampler.isDue {
            try sample()
            try watchMemoryLimits()
        }
        try noteGivenBack()
        let left = positions.left(cursor: try Cursor.position(layout.cursor)) - givenBack.queued + (try FileGroups.waiting(layout, directory.spec))
        let isExplaining = isComplete && core.workers.values.contains { board.worker($0.slot).isExplaining }
        try handle(.turnEnded(SupervisorCore.Moment(now: Clock.monotonic, isComplete: isComplete, queued: left, isExplaining: isExplaining)))
    }

    /// Tells other runs how many workers this one has work for, and hears what is left for it.
    private mutating func watchShare() throws(FleetError) {
        guard shares.isDue else { return }
        let busy = core.workers.values.count { board.worker($0.slot).state == .running }
        board[.demand] = UInt64(max(1, min(core.wanted, try queued + busy)))
        // What it leaves to others for want of files it may have back at once.
        try handle(.shareMeasured(shares.look(wanted: core.wanted)))
    }

    /// Ends all workers, whatever else fails.
    private mutating func endFleet() throws(FleetError) {
        try handle(.abandoned)
        let began = Clock.monotonic
        while !core.workers.isEmpty && Clock.seconds(since: began) < 10 {
            do { try reap() } catch { continue }
            if !core.workers.isEmpty { _ = Signals.wait(for: [SIGCHLD], seconds: 0.05) }
        }
    }

    /// One more than the highest slot that was ever used.
    private var slotsUsed: Int { min(board.workers, Int(clamping: board[.slotsUsed])) }

    var queued: Int { get throws(FleetError) { positions.queued(cursor: try Cursor.position(layout.cursor)) - givenBack.queued + (try FileGroups.waiting(layout, directory.spec)) } }

    mutating func sample() throws(FleetError) {
        let pids = Dictionary(uniqueKeysWithValues: core.workers.values.map { ($0.slot, $0.pid) })
        sampler.sample(board, pids, queued: try queued, done: index.present)
        if role.isElement { board.flush() }
        memoryKills = HostMemory.outOfMemoryKills()
    }

    /// Whether every file has its record, in a soak run that of each round; never where there is no end to the rounds.
    var isComplete: Bool { role.isElement ? element.isComplete : positions.records.map { index.present + givenBack.missing >= $0 } ?? false }

    /// Looks whether positions at the end of the queue were given back since it was last looked at.
    mutating func noteGivenBack() throws(FleetError) {
        guard !positions.startsOver else { return }
        let first = try Cursor.end(layout.cursor, below: positions.end)
        guard first != givenBack.first ?? positions.end else { return }
        givenBack = GivenBack(first: first, queued: positions.end - first, missing: (first..<positions.end).count { index[$0] == nil })
    }

    mutating func announceIterations() throws(FleetError) {
        ledger.show(on: board)
        while announcedIterations < ledger.finishedIterations {
            let iteration = ledger.iterations[announcedIterations]
            announcedIterations += 1
            let words = Outcome.allCases.compactMap { outcome in iteration.outcomes[outcome].map { "\(outcome.rawValue) \($0)" } }
            try events.append(RunEvent(kind: .iterationFinished, time: Clock.now,
                                       message: "iteration \(iteration.iteration): \(words.joined(separator: ", "))"))
        }
    }

    /// Copies what workers have published into the events.
    mutating func readFeeds() throws(FleetError) {
        var lines: [UInt8] = []
        var index = index, ledger = ledger
        defer {
            self.index = index
            self.ledger = ledger
        }
        for slot in 0..<slotsUsed {
            var reader = feeds[slot] ?? FeedReader(layout.feed(slot))
            defer { feeds[slot] = reader }
            try reader.read { entry, offset throws(FleetError) in
                let place: RecordIndex.Place = entry.isWhole ? .feed(slot: slot, offset: offset, length: entry.line.count) : .result
                guard index.add(entry.id, place) else { return }
                let now = Clock.now
                ledger.add(entry.id, entry.outcome, isFlaky: entry.isFlaky, at: now)
                lines += EventLine.finished(entry.line, at: now)
            }
        }
        if lines.isEmpty { return }
        _ = core.handle(.recordsArrived)
        try events.append(lines)
    }
}
