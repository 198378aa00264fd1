import CFleet
import Glibc

extension FleetRun {
    /// Deals with all children that have ended. Orphaned descendants of workers are children too: the supervisor
    /// adopts them, and ends them.
    mutating func reap() throws(FleetError) {
        var failure: FleetError?
        var any = false
        while case let pid = cfleet_ended_child(), pid > 0 {
            any = true
            // Before the pid is free again, so that its group cannot be another's.
            if workers[pid] != nil { kill(-pid, SIGKILL) }
            var death = Death(of: pid)
            guard let worker = workers.removeValue(forKey: pid) else { continue }
            if let group = worker.group, isHeld(worker) {
                death.memoryWasShort = group.outOfMemoryKills > worker.killsBefore
            } else {
                death.memoryWasShort = HostSampler.outOfMemoryKills() > memoryKills
            }
            worker.group?.end()
            endOrphans()
            do throws(FleetError) {
                try readFeeds()
                try bury(worker, death)
            } catch {
                failure = failure ?? error
            }
        }
        if any { endOrphans() }
        if let failure { throw failure }
    }

    /// Ends what dead workers left running, and what comes to light when that ends, for a second at most.
    private func endOrphans() {
        for _ in 0..<200 {
            let orphans = Descendants.ofThisProcess().filter { workers[$0] == nil }
            if orphans.isEmpty { return }
            for pid in orphans { kill(pid, SIGKILL) }
            let ended = orphans.count { waitpid($0, nil, WNOHANG) == $0 }
            if ended < orphans.count { pauseThread(0.005) }
        }
    }

    /// Puts the slot of a dead worker in order and decides about its file.
    private mutating func bury(_ worker: WorkerProcess, _ death: Death) throws(FleetError) {
        let place = worker.place
        let left = death.exitCode == 0 && board[place, .state] == Scoreboard.State.left.rawValue
        try settlePublication(place)
        let file = board[place, .file] == 0 ? nil : Int(clamping: board[place, .file]) - 1
        let failed = board[place, .state] == Scoreboard.State.failed.rawValue || (file == nil && board[place, .filesDone] == 0)
        let line = Int(clamping: board[place, .line])
        if let file, positions.isRunnable(file) {
            layout.work(file, Int(clamping: board[place, .attempt])).removeTree()
            if index[file] == nil { try judge(file, worker, death) }
        }
        board[place, .file] = 0
        board[place, .state] = Scoreboard.State.empty.rawValue
        if left { return }
        if worker.ending == nil || worker.ending != .runOver {
            board[.restarts] &+= 1
            let at = file.flatMap { try? manifest.entry(positions.id($0)).text }.map { " on \($0)\(line > 0 ? ":\(line)" : "")" } ?? ""
            let why = switch worker.ending {
            case .timeout: "ended at the file's time limit"
            case .memory: "ended for its memory"
            default: death.words
            }
            try events.append(RunEvent(kind: .workerDied, time: Clock.now, worker: worker.slot, pid: worker.pid, message: why + at))
        }
        if worker.ending == nil && failed { countFailedStart(worker, death) }
        noteDeath()
    }

    private mutating func countFailedStart(_ worker: WorkerProcess, _ death: Death) {
        failedStarts += 1
        guard failedStarts >= FleetRun.failedStartsAllowed else { return }
        let own = board.text(of: worker.place)
        let said = (own.isEmpty ? lastLine(of: worker) : own).map { ": \($0)" } ?? ""
        fail("cannot keep workers alive: \(failedStarts) in a row ended before they had run a file, the last one \(death.words)\(said)")
    }

    /// A worker that died between linking its result and counting it has published.
    private mutating func settlePublication(_ place: Int) throws(FleetError) {
        guard let file = board.pending(place) else { return }
        let claim = layout.claim(file, Int(clamping: board[place, .attempt]))
        guard let source = claim.status(followingLinks: false), let result = layout.result(file).status(followingLinks: false),
              source.st_ino == result.st_ino, source.st_dev == result.st_dev else { return board.abort(place) }
        board.commit(place)
        table.remove(id: file, upTo: Int(clamping: board[place, .attempt]))
        guard index[file] == nil, let record = try directory.record(at: file) else { return }
        if index.add(file, .result) { ledger.add(file, record.outcome, isFlaky: record.flaky == true, at: record.finishedAt) }
        try events.append(EventLog.line(finished: record.brief.json, at: record.finishedAt))
    }

    /// A dead worker's file: given back, to be tried again, or crashed once too often.
    private mutating func judge(_ file: Int, _ worker: WorkerProcess, _ death: Death) throws(FleetError) {
        let place = worker.place
        let attempt = Int(clamping: board[place, .attempt]), tryNumber = Int(clamping: board[place, .tryNumber])
        let claim = layout.claim(file, attempt)
        // Without its claim, or with a later one, somebody else answers for the file.
        guard claim.exists, !layout.claim(file, attempt + 1).exists else { return }
        if worker.ending != nil { return try FleetRun.free(claim, table.owner) }
        // A worker that failed or was asked to leave has given its claim back by itself.
        if board[place, .state] == Scoreboard.State.failed.rawValue || death.exitCode == HeartbeatThread.gaveBack { return }
        // Its cgroup leaves no doubt, so that another try would only do the same.
        let isCertain = isHeld(worker) && death.signal == SIGKILL && death.memoryWasShort
        if tryNumber < spec.attempts && !isCertain { return }
        var record = try lostRecord(file, worker)
        let isMemory = death.isOutOfMemory(limit: isHeld(worker) ? nil : spec.memoryLimit, virtualSize: Int(clamping: board[place, .virtualSize]),
                                           base: Int(clamping: board[place, .baseSize])) || saysMemoryWasRefused(worker, death)
        record.outcome = isMemory ? .outOfMemory : .crashed
        let why = isCertain ? "ended by the kernel at its limit of \((spec.memoryLimit ?? 0) >> 20) MiB" : death.words
        record.explain((isMemory ? "out of memory: " : "") + why, line: Int(clamping: board[place, .line]))
        try publish(record, at: file, attempt: attempt)
    }

    /// Whether a cgroup holds the worker to its memory.
    func isHeld(_ worker: WorkerProcess) -> Bool { board[worker.place, .held] == 1 }

    /// What is known of a file whose worker cannot say it.
    func lostRecord(_ file: Int, _ worker: WorkerProcess) throws(FleetError) -> FileRecord {
        var record = FileRecord(id: positions.id(file), file: try manifest.entry(positions.id(file)).text, outcome: .crashed,
                   duration: Clock.seconds(since: board[worker.place, .fileStarted]),
                   attempt: Int(clamping: board[worker.place, .tryNumber]), worker: worker.slot, finishedAt: Clock.now)
        record.iteration = positions.iteration(file)
        return record
    }

    /// A file whose tries are used up, the last one by a worker that died before it could say what it was on.
    mutating func giveUp(_ state: ClaimState) throws(FleetError) {
        if layout.result(state.id).exists || !positions.isRunnable(state.id) { return table.remove(id: state.id, upTo: state.attempt) }
        var record = FileRecord(id: positions.id(state.id), file: try manifest.entry(positions.id(state.id)).text, outcome: .crashed,
                                attempt: state.heldBefore, worker: state.owner?.worker, finishedAt: Clock.now)
        record.iteration = positions.iteration(state.id)
        record.explain("its worker was lost", line: 0)
        try publish(record, at: state.id, attempt: state.attempt)
    }

    /// Marks a claim as given back, also one whose owner's line is missing.
    static func free(_ claim: Path, _ owner: ClaimOwner) throws(FleetError) {
        let file = try File(claim, O_RDWR | O_CREAT)
        if ClaimOwner(line: try file.read(1024, at: 0)) != nil {
            try file.write(ClaimOwner.free, at: 0)
        } else {
            var free = owner
            free.isFree = true
            try file.truncate(to: 0)
            try file.write(free.line, at: 0)
        }
    }

    /// An engine in the worker that ends the process because it was refused memory says so last.
    private func saysMemoryWasRefused(_ worker: WorkerProcess, _ death: Death) -> Bool {
        death.signal != 0 && death.signal != SIGKILL && MemoryRefusal.isSaid(atEndOf: said(by: worker) ?? [])
    }

    /// The last that the worker has written: the log also has the words of those that had its slot before.
    private func said(by worker: WorkerProcess) -> [UInt8]? {
        guard let file = File(ifPossible: layout.workerLog(worker.slot), O_RDONLY), let info = try? file.status() else { return nil }
        let start = max(worker.logStart, Int(info.st_size) - 4096)
        return try? file.read(Int(info.st_size) - start, at: start)
    }

    private func lastLine(of worker: WorkerProcess) -> String? {
        (said(by: worker) ?? []).split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self).cut(toBytes: 500) }
    }
}

extension FileRecord {
    /// - Parameter line: where in the file it happened, 0 when that is not known.
    mutating func explain(_ why: String, line: Int) {
        message = why + (line > 0 ? " at line \(line)" : "") + (attempt > 1 ? ", try \(attempt)" : "")
        errors = 1
        if line > 0 { failures = [RecordFailure(line: line, message: why)] }
    }
}
