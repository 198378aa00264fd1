import Glibc

/// Ends workers that take too much time or memory.
extension FleetRun {
    mutating func watchTimeouts() throws(FleetError) {
        for (pid, worker) in workers where worker.ending == nil {
            guard let (position, _) = file(of: worker), Clock.seconds(since: board[worker.place, .fileStarted]) > timeouts.least else { continue }
            let limit = try timeout(of: position, pid)
            guard Clock.seconds(since: board[worker.place, .fileStarted]) >= limit else { continue }
            let text = limit == limit.rounded() ? String(Int(limit)) : String(limit)
            try end(pid, .timeout, "not finished after \(text) s")
        }
    }

    /// Looked up once for each file that runs longer than the shortest limit there is.
    private mutating func timeout(of position: Int, _ pid: Int32) throws(FleetError) -> Double {
        if let known = workers[pid]?.timeout, known.position == position { return known.seconds }
        let seconds = timeouts.isPlain ? timeouts.standard : timeouts.seconds(for: try manifest.entry(positions.id(position)).name)
        workers[pid]?.timeout = (position, seconds)
        return seconds
    }

    /// The position a worker is on, and the attempt, unless it is just changing.
    private func file(of worker: WorkerProcess) -> (position: Int, attempt: Int)? {
        let place = worker.place
        guard board[place, .state] == Scoreboard.State.running.rawValue, board[place, .file] != 0, board[place, .sequence] & 1 == 0 else { return nil }
        let position = Int(clamping: board[place, .file]) - 1, attempt = Int(clamping: board[place, .attempt])
        guard positions.isRunnable(position), index[position] == nil || layout.claim(position, attempt).exists else { return nil }
        return (position, attempt)
    }

    /// The record comes first, the end of the worker second: between the two nobody could take the file over. When the
    /// worker was faster with its own record it stays.
    private mutating func end(_ pid: Int32, _ outcome: Outcome, _ why: String) throws(FleetError) {
        guard let worker = workers[pid], let (position, attempt) = file(of: worker) else { return }
        var record = try lostRecord(position, worker)
        record.outcome = outcome
        record.explain(why, line: Int(clamping: board[worker.place, .line]))
        try publish(record, at: position, attempt: attempt)
        if index[position] != nil || !layout.claim(position, attempt).exists { workers[pid]?.end(outcome == .timeout ? .timeout : .memory) }
    }

    /// Workers whose resident memory is above their limit: the limit of the address space does not see what a program
    /// that they started takes together with them.
    mutating func watchMemoryLimits() throws(FleetError) {
        guard let limit = spec.memoryLimit else { return }
        for (pid, worker) in workers where worker.ending == nil && !isHeld(worker) && board[worker.place, .resident] > UInt64(limit) {
            try end(pid, .outOfMemory, "out of memory: \(Int(clamping: board[worker.place, .resident]) >> 20) MiB resident, \(limit >> 20) MiB allowed")
        }
    }

    /// Keeps the machine usable: below the floor nothing is claimed, and the largest worker is ended.
    mutating func watchMemory() throws(FleetError) {
        guard floor.bytes > 0 else { return }
        let available = HostSampler.memory().available
        guard floor.isBelow(available) || floor.isPaused else { return }
        var sizes: [Int32: Int] = [:]
        for (pid, worker) in workers where worker.ending == nil && board[worker.place, .file] != 0 { sizes[pid] = residentSize(pid, worker) }
        let verdict = floor.look(available: available, workers: sizes, now: Clock.monotonic)
        board[.paused] = board[.paused] & ~2 | (verdict.pauses ? 2 : 0)
        guard let pid = verdict.end else { return }
        try end(pid, .outOfMemory, "out of memory: the host had \(available >> 20) MiB left, and this was the largest worker with \((sizes[pid] ?? 0) >> 20) MiB")
    }

    private func residentSize(_ pid: Int32, _ worker: WorkerProcess) -> Int {
        let child = Int32(truncatingIfNeeded: board[worker.place, .childPid])
        return (ProcessFields(pid: pid)?.resident ?? 0) + ProcessTree(of: child, startTime: board[worker.place, .childStart]).resident
    }
}

/// The wall-clock limits of a run's files.
struct TimeoutRules {
    let standard: Double
    private let rules: [(glob: Glob, seconds: Double)]
    /// No file has less.
    let least: Double

    init(_ spec: RunSpec) throws(FleetError) {
        standard = spec.fileTimeout
        var rules: [(glob: Glob, seconds: Double)] = []
        for rule in spec.fileTimeouts ?? [] { rules.append((try Glob(rule.files), rule.seconds)) }
        self.rules = rules
        least = rules.map(\.seconds).min().map { min($0, spec.fileTimeout) } ?? spec.fileTimeout
    }

    var isPlain: Bool { rules.isEmpty }
    func seconds(for name: [UInt8]) -> Double { rules.first { $0.glob.matches(name) }?.seconds ?? standard }
}
