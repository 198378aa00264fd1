import CFleet
import Glibc

/// A run under way: keeps the workers alive, enforces the limits, and puts into order what they publish. It is the only
/// writer of events, samples and summary. One thread, which must live as long as the workers: they are told by the
/// kernel when it ends.
struct FleetRun {
    enum Phase: Equatable {
        case running
        /// Nothing is claimed any more; what still runs at `deadline` (monotonic ns) is ended.
        case draining(RunEnd, deadline: UInt64)
        case ending(RunEnd)
    }

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
    var events: EventLog
    var index: RecordIndex
    var ledger: Ledger
    /// Workers to keep alive.
    var wanted: Int
    var clock: UseClock
    var floor: MemoryFloor
    let timeouts: TimeoutRules
    private var announcedIterations = 0
    var sampler: FleetSampler
    var feeds: [Int: FeedReader] = [:]
    var workers: [Int32: WorkerProcess] = [:]
    var phase = Phase.running
    var orphans: Orphans
    var failure: String?
    private var hasOrphans = true
    private var orphansSought: UInt64 = 0
    /// Workers in a row that ended before they had run a file.
    var failedStarts = 0
    private var nextStart: UInt64 = 0
    var memoryKills = HostSampler.outOfMemoryKills()
    /// When the last file was finished, in monotonic ns.
    private var completeSince: UInt64?

    static let failedStartsAllowed = 5
    static let signals = [SIGCHLD, SIGTERM, SIGINT, SIGHUP]

    /// Takes over the directory, whose lock the caller holds.
    init(_ directory: RunDirectory, executable: Path) throws(FleetError) {
        self.directory = directory
        self.executable = executable
        spec = directory.spec
        layout = directory.layout
        board = try Scoreboard(layout.scoreboard)
        manifest = try directory.manifest()
        positions = Positions(manifest, spec.mode)
        ledger = Ledger(positions)
        wanted = spec.workers
        clock = UseClock()
        floor = MemoryFloor(spec.memoryFloor)
        timeouts = try TimeoutRules(spec)
        table = ClaimTable(layout: layout, owner: ClaimOwner(process: .current, worker: -1))
        publisher = Publisher(board: board, slot: 0, results: Results(layout: layout), table: table)
        guard spec.workers < board.slots else { throw FleetError(.corrupt, "cannot run: the scoreboard is too small for \(spec.workers) workers") }
        if let summary = try directory.summary(), summary.isComplete {
            throw FleetError(.alreadyFinished, "cannot resume the run \(spec.id): every file has its record; start a new run")
        }
        events = try EventLog(layout.events)
        orphans = Orphans(table: table, lease: spec.leaseSeconds)
        sampler = try FleetSampler(layout.samples)
        index = try Reconciliation(directory, board, manifest).run(&events, table, &ledger)
        try writeHeader()
        try events.append(RunEvent(kind: .runStarted, time: Clock.now, pid: getpid(), message: "\(manifest.count) files, \(spec.workers) workers"))
        try publishBlocked()
    }

    private func writeHeader() throws(FleetError) {
        let now = UInt64(Clock.now * 1e6)
        board.text = ""
        board[.draining] = 0
        board[.paused] = directory.isPauseRequested ? 1 : 0
        board.use = FleetUse()
        ledger.show(on: board)
        board[.supervisorPid] = UInt64(getpid())
        board[.supervisorStart] = table.owner.process.startTime
        board[.workersWanted] = UInt64(spec.workers)
        board[.slotsUsed] = UInt64(spec.workers)
        board[.startedClock] = started
        if board[.firstStartedAt] == 0 { board[.firstStartedAt] = now }
        board[.startedAt] = now
    }

    private mutating func publishBlocked() throws(FleetError) {
        for id in manifest.runnable..<manifest.count where index[id] == nil {
            let file = try manifest.entry(id)
            try publish(FileRecord(id: id, file: file.text, outcome: .skipped, finishedAt: Clock.now,
                                   message: "blocked: \(file.blockedReason ?? "")"), at: id, attempt: 0)
        }
    }

    /// Publishes a record for a file whose worker cannot.
    mutating func publish(_ record: FileRecord, at position: Int, attempt: Int) throws(FleetError) {
        let record = record.bounded
        guard try publisher.publish(record, at: position, forAttempt: attempt) else { return }
        if index.add(position, .result) { ledger.add(position, record.outcome, isFlaky: false, at: record.finishedAt) }
        try events.append(EventLog.line(finished: record.brief.json, at: record.finishedAt))
    }

    /// Runs to the end and returns the summary that it wrote.
    mutating func run() throws(FleetError) -> RunSummary {
        Signals.block(FleetRun.signals)
        do {
            while try step() { waitForNews() }
        } catch {
            fail(error.message)
            try? endFleet()
        }
        return try finish()
    }

    private mutating func waitForNews() {
        switch Signals.wait(for: FleetRun.signals, seconds: 0.1) {
        case SIGTERM, SIGINT, SIGHUP: try? directory.requestStop(.now)
        default: break
        }
    }

    /// - Returns: whether there is more to do.
    private mutating func step() throws(FleetError) -> Bool {
        try reap()
        try readFeeds()
        try announceIterations()
        try watchStop()
        try watchBudget()
        try watchControl()
        try watchTimeouts()
        try watchMemory()
        clock.tick(board, wanted: phase == .running ? wanted : workers.count, queued: try queued)
        if sampler.isDue {
            try sample()
            try watchMemoryLimits()
        }
        switch phase {
        case .running: return try keepWorkers()
        case .draining(let end, let deadline):
            if workers.isEmpty { return false }
            if Clock.monotonic >= deadline { phase = .ending(end) }
            return true
        case .ending:
            for pid in workers.keys { workers[pid]?.end(.runOver) }
            return !workers.isEmpty
        }
    }

    var queued: Int { get throws(FleetError) { positions.queued(cursor: try Cursor.position(layout.cursor)) } }

    mutating func sample() throws(FleetError) {
        let pids = Dictionary(uniqueKeysWithValues: workers.values.map { ($0.slot, $0.pid) })
        sampler.sample(board, pids, queued: try queued, done: index.present)
        memoryKills = HostSampler.outOfMemoryKills()
    }

    /// Whether every file has its record; never of a soak run.
    private var isComplete: Bool { !positions.isEndless && index.present >= manifest.count }

    private mutating func announceIterations() throws(FleetError) {
        ledger.show(on: board)
        while announcedIterations < ledger.finishedIterations {
            let iteration = ledger.iterations[announcedIterations]
            announcedIterations += 1
            let words = Tally.outcomeOrder.compactMap { outcome in iteration.outcomes[outcome].map { "\(outcome.rawValue) \($0)" } }
            try events.append(RunEvent(kind: .iterationFinished, time: Clock.now,
                                       message: "iteration \(iteration.iteration): \(words.joined(separator: ", "))"))
        }
    }

    /// Starts workers where there is work and room.
    private mutating func keepWorkers() throws(FleetError) -> Bool {
        if isComplete {
            // Who is still there has nothing to do or lost its claim.
            let since = completeSince ?? Clock.monotonic
            completeSince = since
            if Clock.seconds(since: since) > 1 { for pid in workers.keys { workers[pid]?.end(.runOver) } }
            return !workers.isEmpty
        }
        let queued = positions.isEndless ? manifest.runnable : try queued
        var room = wanted - workers.count
        guard room > 0, Clock.monotonic >= nextStart else { return true }
        if queued == 0 { room = min(room, try claimsToTake()) }
        if room <= 0 && workers.isEmpty && queued == 0 && !hasOrphans {
            // Nothing queued, nothing claimed, nobody at work, and records are missing.
            try readFeeds()
            if index.present < manifest.count {
                throw FleetError(.accounting, "cannot account for \(manifest.count - index.present) files: they have neither a claim nor a record; resume the run")
            }
        }
        var slots = Set(workers.values.map(\.slot))
        for slot in 0..<wanted where room > 0 && !slots.contains(slot) {
            try start(slot)
            slots.insert(slot)
            room -= 1
        }
        return true
    }

    private mutating func claimsToTake() throws(FleetError) -> Int {
        guard hasOrphans || workers.isEmpty || Clock.seconds(since: orphansSought) > 0.5 else { return 0 }
        orphansSought = Clock.monotonic
        let finding = try orphans.find()
        var takeable = finding.suspects
        for state in finding.orphans {
            guard state.isExhausted(attempts: spec.attempts) else {
                takeable += 1
                continue
            }
            // One that is not reaped yet has a signal to tell.
            if let owner = state.owner, workers[owner.process.pid] != nil { continue }
            try giveUp(state)
        }
        hasOrphans = takeable > 0
        return takeable
    }

    private mutating func start(_ slot: Int) throws(FleetError) {
        let log = try File(layout.workerLog(slot), O_WRONLY | O_CREAT | O_APPEND)
        let null = try File(Path("/dev/null"), O_RDONLY)
        board[slot + 1, .sequence] = 0
        board.setWords(slot + 1, from: .pid, Array(repeating: 0, count: Scoreboard.Word.commit.rawValue - Scoreboard.Word.pid.rawValue))
        board[slot + 1, .textLength] = 0
        board[slot + 1, .state] = Scoreboard.State.starting.rawValue
        let spawn = Spawn(
            arguments: [executable.bytes, Array("work".utf8), layout.root.bytes, Array("--slot".utf8), Array("\(slot)".utf8)],
            environment: Spawn.environment(changing: [(Worker.supervisorVariable, Array("\(getpid())".utf8)), (Leftovers.variable, layout.root.bytes)]),
            group: .new, directory: Path("/"),
            descriptors: [(null.descriptor, 0), (log.descriptor, 1), (log.descriptor, 2)])
        let (pid, error) = spawn.start()
        guard error == 0 else { throw FleetError(.startFailed, "cannot start a worker: \(executable.text): \(describe(error))") }
        board[slot + 1, .startTime] = ProcessIdentity.startTime(of: pid) ?? 0
        board[slot + 1, .pid] = UInt64(pid)
        workers[pid] = WorkerProcess(slot: slot, pid: pid)
        try events.append(RunEvent(kind: .workerStarted, time: Clock.now, worker: slot, pid: pid))
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
                lines += EventLog.line(finished: entry.line, at: now)
            }
        }
        if lines.isEmpty { return }
        failedStarts = 0
        try events.append(lines)
    }

    private mutating func watchStop() throws(FleetError) {
        guard let request = directory.stopRequest else { return }
        switch (phase, request) {
        case (.running, .graceful): try drain(.stopped, "a stop was asked for")
        case (.running, .now), (.draining, .now):
            board[.draining] = 1
            phase = .ending(.stopped)
            try events.append(RunEvent(kind: .stopRequested, time: Clock.now, message: "an immediate stop was asked for"))
        default: break
        }
    }

    private mutating func watchBudget() throws(FleetError) {
        guard phase == .running, !isComplete, Clock.seconds(since: started) >= spec.timeBudget else { return }
        try drain(.budget, "the time budget of \(Int(spec.timeBudget)) s is over")
    }

    mutating func drain(_ end: RunEnd, _ message: String) throws(FleetError) {
        board[.draining] = 1
        phase = .draining(end, deadline: Clock.monotonic + UInt64(spec.graceSeconds * 1e9))
        try events.append(RunEvent(kind: end == .budget ? .budgetOver : .stopRequested, time: Clock.now, message: message))
    }

    /// Ends the run because it cannot go on.
    mutating func fail(_ message: String) {
        if failure == nil {
            failure = message
            board.text = message
            print(error: message)
        }
        board[.draining] = 1
        phase = .ending(.failed)
    }

    /// Ends all workers, whatever else fails.
    private mutating func endFleet() throws(FleetError) {
        for pid in workers.keys { workers[pid]?.end(.runOver) }
        let began = Clock.monotonic
        while !workers.isEmpty && Clock.seconds(since: began) < 10 {
            do { try reap() } catch { continue }
            if !workers.isEmpty { _ = Signals.wait(for: [SIGCHLD], seconds: 0.05) }
        }
    }

    /// Looks for orphans at the next opportunity; waits a little with starting after a start that failed.
    mutating func noteDeath() {
        hasOrphans = true
        let pause = failedStarts == 0 ? 0 : min(2, 0.05 * Double(1 << min(failedStarts, 6)))
        nextStart = Clock.monotonic + UInt64(pause * 1e9)
    }
}
