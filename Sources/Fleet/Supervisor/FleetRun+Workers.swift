import Glibc

/// Starts workers, and ends them all.
extension FleetRun {
    /// Starts workers where there is work and room.
    mutating func keepWorkers() throws(FleetError) -> Bool {
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
        board[slot + 1, .held] = 0
        var worker = WorkerProcess(slot: slot, pid: 0, group: groups?.worker(slot), logStart: Int(try log.status().st_size))
        worker.killsBefore = worker.group?.outOfMemoryKills ?? 0
        var variables = [(Worker.supervisorVariable, Array("\(getpid())".utf8)), (Leftovers.variable, layout.root.bytes)]
        if let group = worker.group { variables.append((Worker.groupVariable, group.folder.bytes)) }
        board[slot + 1, .state] = Scoreboard.State.starting.rawValue
        let spawn = Spawn(
            arguments: [executable.bytes, Array("work".utf8), layout.root.bytes, Array("--slot".utf8), Array("\(slot)".utf8)],
            environment: Spawn.environment(changing: variables.map { (name: $0.0, value: $0.1) }),
            group: .new, directory: Path("/"),
            descriptors: [(null.descriptor, 0), (log.descriptor, 1), (log.descriptor, 2)])
        let (pid, error) = spawn.start()
        guard error == 0 else { throw FleetError(.startFailed, "cannot start a worker: \(executable.text): \(describe(error))") }
        board[slot + 1, .startTime] = ProcessIdentity.startTime(of: pid) ?? 0
        board[slot + 1, .pid] = UInt64(pid)
        worker.pid = pid
        workers[pid] = worker
        try events.append(RunEvent(kind: .workerStarted, time: Clock.now, worker: slot, pid: pid))
    }

    /// Ends all workers, whatever else fails.
    mutating func endFleet() throws(FleetError) {
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
