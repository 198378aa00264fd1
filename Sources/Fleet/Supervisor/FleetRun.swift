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
    private var announcedIterations: Int
    /// nil where the address space is limited instead.
    let groups: MemoryGroups?
    var sampler: FleetSampler
    var feeds: [Int: FeedReader] = [:]
    var workers: [Int32: WorkerProcess] = [:]
    var phase = Phase.running
    var orphans: Orphans
    var failure: String?
    var hasOrphans = true
    var orphansSought: UInt64 = 0
    /// Workers in a row that ended before they had run a file.
    var failedStarts = 0
    var nextStart: UInt64 = 0
    var memoryKills = HostSampler.outOfMemoryKills()
    /// When the last file was finished, in monotonic ns.
    var completeSince: UInt64?

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
        (index, announcedIterations) = try Reconciliation(directory, board, manifest).run(&events, table, &ledger)
        MemoryGroups.remove(layout.controlGroup, ends: true)
        groups = MemoryGroups(spec, layout)
        try writeHeader()
        let limit = directory.memoryLimit(isGrouped: groups != nil).map { ", \($0.words)" } ?? ""
        try events.append(RunEvent(kind: .runStarted, time: Clock.now, pid: getpid(), message: "\(manifest.count) files, \(spec.workers) workers" + limit))
        try publishBlocked()
    }

    private func writeHeader() throws(FleetError) {
        let now = UInt64(Clock.now * 1e6)
        board.text = ""
        board[.draining] = 0
        board[.paused] = directory.isPauseRequested ? 1 : 0
        board[.memoryGroups] = groups == nil ? 0 : 1
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
        groups?.remove()
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
    var isComplete: Bool { !positions.isEndless && index.present >= manifest.count }

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
}
