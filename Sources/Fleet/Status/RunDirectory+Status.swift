import Glibc
import Platform

extension RunDirectory {
    /// Where the run stands, in time that depends on the number of workers, not of files. Right whoever has been
    /// killed: the supervisor's life is told from its lock, the counts from what was published.
    public func status() throws(FleetError) -> RunStatus {
        do throws(FleetError) {
            return try statusNow()
        } catch {
            // It may have ended, and lost what an ended run does not need, while that was read.
            guard let summary = try? completeSummary() else { throw error }
            return status(summary)
        }
    }

    private func statusNow() throws(FleetError) -> RunStatus {
        // In this order: a summary appears before the lock goes.
        let isSupervised = try isSupervised()
        let summary = try summary()
        if let summary, isComplete(summary) { return status(summary) }
        let board = try ScoreboardReading(layout.scoreboard)
        let manifest = try manifest()
        let positions = Positions(manifest, spec)
        let position = try Cursor.position(layout.cursor)
        let givenBack = positions.startsOver ? 0 : positions.end - (try Cursor.end(layout.cursor, below: positions.end))
        let stop = stopRequest != nil

        var tally = Tally()
        var late = 0
        for (slot, reading) in board.slots.enumerated() {
            tally += reading.tally(pendingWon: hasWon(slot, reading))
            late += reading.late
        }
        let nodes = spec.slurm == nil ? [] : nodes(sealed: board[word: .sealed] != 0)
        for node in nodes {
            tally += node.tally
            late += node.late
        }
        let phase = phase(isSupervised, summary, board, stop)
        var status = RunStatus(
            id: spec.id, phase: phase, workspace: spec.workspace, createdAt: createdAt,
            startedAt: RunDirectory.time(board[word: .firstStartedAt]), finishedAt: summary?.finishedAt,
            timeBudget: spec.timeBudget, total: manifest.count, queued: positions.queued(cursor: position) - givenBack + (try FileGroups.waiting(layout, spec)), running: 0,
            outcomes: tally.outcomes, tests: tally.tests, skippedRecords: tally.skippedRecords,
            workersWanted: board[word: .workersWanted] == 0 ? spec.workers : Int(clamping: board[word: .workersWanted]),
            restarts: Int(clamping: board[word: .restarts]) + nodes.reduce(0) { $0 + $1.restarts }, utilisation: RunDirectory.utilisation(board),
            stopRequested: stop, lateResults: late, end: summary?.end, error: summary?.error)
        describe(&status)
        status.retries = summary?.retries
        status.retriesRefused = summary?.retriesRefused
        status.memory = memoryLimit(isGrouped: board[word: .memoryGroups] == 1)
        if let summary {
            status.outcomes = summary.outcomes
            status.queued = 0
            status.obstacle = summary.obstacle
        } else if !board.text.isEmpty {
            status.error = board.text
        }
        if positions.startsOver { return try soakStatus(status, board, positions, cursor: position, isLive: isSupervised && summary == nil) }
        status.flaky = summary?.flaky ?? (board[word: .flaky] > 0 ? Int(clamping: board[word: .flaky]) : nil)
        // Blocked files have no record until the supervisor has gone through them.
        let waiting = phase == .created ? manifest.count - manifest.runnable : 0
        // The cursor may lag behind a claim by the one step in which its worker was killed.
        status.queued = min(status.queued + waiting, status.total - min(status.total, status.done))
        status.running = max(0, status.total - status.queued - status.done - (summary == nil ? givenBack : 0))
        status.givenBack = summary.map(\.givenBack) ?? (givenBack > 0 ? givenBack : nil)
        if isSupervised && summary == nil { try addLive(&status, board, positions, manifest) }
        status.use = summary?.use ?? nodes.reduce(board.use) { $0 + $1.use }
        if spec.slurm != nil { try addCluster(&status, nodes, positions, manifest, isLive: isSupervised && summary == nil) }
        if spec.cached != nil { status.cache = summary?.cache ?? CachedFiles.read(layout)?.use }
        return status
    }

    /// Of a run of which nothing is left to do all is in its summary; most of the rest is gone.
    private func status(_ summary: RunSummary) -> RunStatus {
        var status = RunStatus(
            id: spec.id, phase: .finished, workspace: spec.workspace, createdAt: createdAt, startedAt: summary.startedAt, finishedAt: summary.finishedAt,
            timeBudget: spec.timeBudget, total: summary.total, queued: 0, running: 0, outcomes: summary.outcomes, tests: summary.tests,
            skippedRecords: summary.skippedRecords, workersWanted: summary.workers, restarts: summary.restarts, utilisation: summary.utilisation,
            stopRequested: stopRequest != nil, lateResults: summary.lateResults, end: summary.end, error: summary.error)
        describe(&status)
        status.memory = summary.memory
        status.cache = summary.cache
        status.obstacle = summary.obstacle
        status.flaky = summary.flaky
        status.retries = summary.retries
        status.retriesRefused = summary.retriesRefused
        status.givenBack = summary.givenBack
        status.use = summary.use
        return status
    }

    private var createdAt: Double { layout.spec.status().map { Double($0.st_mtim.tv_sec) + Double($0.st_mtim.tv_nsec) / 1e9 } ?? 0 }

    private func describe(_ status: inout RunStatus) {
        status.project = spec.projectName
        status.startedBy = spec.startedBy
        status.source = spec.source
        status.resumedOn = spec.resumedOn
        status.partialSync = spec.source?.partialSync
        status.flakyRule = spec.flaky
    }

    func memoryLimit(isGrouped: Bool) -> MemoryLimit? { spec.memoryLimit.map { MemoryLimit(bytes: $0, by: isGrouped ? .cgroup : .addressSpace) } }

    private func addLive(_ status: inout RunStatus, _ board: ScoreboardReading, _ positions: Positions, _ manifest: Manifest) throws(FleetError) {
        let used = spec.slurm == nil ? Clock.seconds(since: board[word: .startedClock]) : began.map { max(0, Clock.now - $0) } ?? 0
        status.timeLeft = max(0, spec.timeBudget - used)
        status.workers = try workers(board, manifest, positions)
        if board[word: .shareRuns] > 0 {
            let words = board.headerWords(from: .shareWorkers, count: 3).map { Int(clamping: $0) }
            status.share = WorkerShare(workers: words[0], runs: words[1], cores: words[2])
        }
        status.paused = board.paused.contains(.memory) ? .memory : board.paused.isEmpty ? nil : .asked
    }

    /// Counts of a soak run: verdicts by file over all rounds, and the queue of the present one.
    private func soakStatus(_ status: RunStatus, _ board: ScoreboardReading, _ positions: Positions, cursor: Int,
                            isLive: Bool) throws(FleetError) -> RunStatus {
        var status = status
        status.iteration = positions.iteration(max(0, cursor - 1))
        status.use = board.use
        status.flaky = Int(clamping: board[word: .flaky])
        guard status.phase != .finished else { return status }
        status.outcomes = board.verdicts
        if isLive { try addLive(&status, board, positions, try manifest()) }
        status.running = status.workers.count { $0.state == .running }
        return status
    }

    private func phase(_ isSupervised: Bool, _ summary: RunSummary?, _ board: ScoreboardReading, _ stop: Bool) -> RunStatus.Phase {
        if summary != nil { return .finished }
        if isSupervised { return stop || board[word: .draining] != 0 ? .stopping : .running }
        return board[word: .startedAt] == 0 ? .created : .interrupted
    }

    /// Whether a dead worker's last result was linked although it did not live to count it.
    private func hasWon(_ slot: Int, _ reading: SlotReading) -> Bool {
        guard slot > 0, let file = reading.pending, !reading.isAlive else { return false }
        guard let claim = layout.claim(file, reading.generation).status(followingLinks: false),
              let result = layout.result(file).status(followingLinks: false) else { return false }
        return claim.isSameFile(as: result)
    }

    private func workers(_ board: ScoreboardReading, _ manifest: Manifest, _ positions: Positions) throws(FleetError) -> [WorkerStatus] {
        try workers(board, manifest, positions, isAlive: \.isAlive, seconds: { Clock.seconds(since: $0) })
    }

    /// - Parameters:
    ///   - isAlive: whether a slot's process lives.
    ///   - seconds: since a moment of the monotonic clock of the workers' machine.
    func workers(_ board: ScoreboardReading, _ manifest: Manifest, _ positions: Positions, first: Int = 0, isAlive: (SlotReading) -> Bool,
                 seconds: (UInt64) -> Double) throws(FleetError) -> [WorkerStatus] {
        var workers: [WorkerStatus] = []
        for (slot, reading) in board.slots.enumerated().dropFirst() where reading.state != .empty && reading.state != .left {
            var worker = WorkerStatus(slot: first + slot - 1, pid: reading.pid, state: .gone)
            if isAlive(reading) {
                worker.state = switch reading.state {
                case .running: .running
                case .starting: .starting
                case .idle: .idle
                case .empty, .left, .failed: .gone
                }
            }
            if reading.state == .running, let file = reading.position {
                worker.file = try manifest.entry(positions.id(file)).text
                worker.line = reading.line
                worker.records = reading.record
                worker.elapsed = seconds(reading.fileStarted)
            }
            worker.cpu = reading.cpu
            worker.rss = reading.resident
            worker.stalled = worker.state == .running ? stalled(seconds(reading.lastProgress), worker.cpu) : nil
            workers.append(worker)
        }
        return workers
    }

    /// Seconds without progress, when they are many. A program of its own says nothing of its progress, so it counts as
    /// stalled only while it does nothing.
    private func stalled(_ still: Double, _ cpu: Double) -> Double? {
        guard still >= min(30, spec.fileTimeout / 2), spec.engine.kind != .command || cpu < 0.05 else { return nil }
        return still
    }

    private static func time(_ microseconds: UInt64) -> Double? { microseconds == 0 ? nil : Double(microseconds) / 1e6 }

    static func utilisation(_ board: ScoreboardReading) -> Double? {
        let samples = board[word: .cpuSamples]
        return samples == 0 ? nil : min(1, Double(board[word: .cpuSum]) / 1e6 / Double(samples))
    }
}
