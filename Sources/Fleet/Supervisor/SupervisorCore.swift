import Platform

/// What a supervisor decides: events in, actions out. It knows no clock, no disk and no process, so that every case can be put in a
/// table; ``FleetRun`` tells it what has happened and does what it says, in that order.
struct SupervisorCore {
    struct Rules {
        /// How often a file is tried whose worker died.
        var attempts = 2
        /// Seconds of the whole run.
        var timeBudget = 3600.0
        /// Nanoseconds that files in flight get.
        var grace: UInt64 = 5_000_000_000
        /// Bytes of a worker.
        var memoryLimit: Int?
        /// The most workers that the scoreboard has room for.
        var capacity = 1024
    }

    enum Phase: Equatable {
        case running
        /// Nothing is claimed any more; what still runs at `deadline` (monotonic ns) is ended.
        case draining(RunEnd, deadline: UInt64)
        case ending(RunEnd)
    }

    let rules: Rules
    private(set) var phase = Phase.running
    /// Workers to keep alive.
    private(set) var wanted: Int
    /// What of the host's cores is this run's; nil where nothing limits it.
    private(set) var share: WorkerShare?
    /// Workers that it may have now.
    var allowed: Int { min(wanted, share?.workers ?? wanted) }
    /// Those that are alive, or not reaped yet, by pid.
    private(set) var workers: [Int32: WorkerProcess] = [:]
    private(set) var failure: String?
    private(set) var obstacle: RunObstacle?
    private(set) var floor: MemoryFloor
    /// Somebody may have left a claim behind.
    private var mayHaveOrphans = true
    /// Files without a record and a claim were put back.
    private var hasPutBackLost = false
    private var orphansSought: UInt64 = 0
    /// Workers in a row that ended before they had run a file.
    private(set) var failedStarts = 0
    /// Nobody is started before, in monotonic ns.
    private(set) var nextStart: UInt64 = 0
    /// When the last file was finished, in monotonic ns.
    private var completeSince: UInt64?
    /// Workers that were missing when claims were sought.
    private var room = 0

    static let failedStartsAllowed = 5
    private static let second: UInt64 = 1_000_000_000

    init(_ rules: Rules, workers: Int, floor: MemoryFloor) {
        self.rules = rules
        wanted = workers
        self.floor = floor
    }

    /// A process has ended; ``Event/workerEnded(_:)`` follows when it is known what it left.
    /// - Returns: the worker that it was, if it was one.
    mutating func reaped(_ pid: Int32) -> WorkerProcess? { workers.removeValue(forKey: pid) }

    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .stopRequested(let request, let now): return stop(request, now)
        case .timePassed(let seconds, let now, let isComplete): return checkBudget(seconds, now, isComplete)
        case .pauseRequested(let isRequested): return [.pause(.asked, isRequested)]
        case .workersRequested(let count): return resize(count)
        case .shareMeasured(let share): return take(share)
        case .filesRunning(let files): return checkLimits(files)
        case .memoryMeasured(let available, let resident, let now): return checkMemory(available, resident, now)
        case .turnEnded(let moment): return turn(moment)
        case .claimsFound(let claims): return staff(claims)
        case .recordsMissing(let positions, let haveResults): return putBack(positions, haveResults)
        case .workerStarted(let worker): workers[worker.pid] = worker
        case .workerEnded(let worker): return conclude(worker)
        case .fileEnded(let pid, let outcome): return end([pid], outcome == .timeout ? .timeout : .memory)
        case .recordsArrived: failedStarts = 0
        case .broken(let message, let obstacle): return fail(message, obstacle)
        case .abandoned: return endAll()
        }
        return []
    }

    // MARK: the end of the run

    /// Why the run ended.
    /// - Parameter isComplete: whether every file has its record, whatever was asked for meanwhile.
    func end(isComplete: Bool) -> RunEnd {
        switch phase {
        case .running: .drained
        case .draining(let end, _), .ending(let end): isComplete && end != .failed ? .drained : end
        }
    }

    private mutating func stop(_ request: StopRequest, _ now: UInt64) -> [Action] {
        switch (phase, request) {
        case (.running, .graceful): return drain(.stopped, "a stop was asked for", now)
        case (.running, .now), (.draining, .now):
            phase = .ending(.stopped)
            return [.stopClaims, .log(.stopRequested, "an immediate stop was asked for")]
        case (.draining, .graceful), (.ending, _): return []
        }
    }

    private mutating func checkBudget(_ seconds: Double, _ now: UInt64, _ isComplete: Bool) -> [Action] {
        guard phase == .running, !isComplete, seconds >= rules.timeBudget else { return [] }
        return drain(.budget, "the time budget of \(Int(rules.timeBudget)) s is over", now)
    }

    private mutating func drain(_ end: RunEnd, _ message: String, _ now: UInt64) -> [Action] {
        phase = .draining(end, deadline: now + rules.grace)
        return [.stopClaims, .log(end == .budget ? .budgetOver : .stopRequested, message)]
    }

    /// The run cannot go on. The first reason is the one that people hear.
    private mutating func fail(_ message: String, _ obstacle: RunObstacle?) -> [Action] {
        phase = .ending(.failed)
        guard failure == nil else { return [.stopClaims] }
        failure = message
        self.obstacle = obstacle
        return [.tell(message), .stopClaims]
    }

    private mutating func endAll() -> [Action] { end(workers.keys.sorted(), .runOver) }

    private mutating func end(_ pids: [Int32], _ reason: WorkerProcess.Ending) -> [Action] {
        let known = pids.filter { workers[$0] != nil }
        for pid in known where workers[pid]?.ending == nil { workers[pid]?.ending = reason }
        return known.isEmpty ? [] : [.end(known)]
    }

    // MARK: workers

    private mutating func resize(_ count: Int) -> [Action] {
        guard count >= 1, count <= rules.capacity, count != wanted else { return dismissSurplus() }
        let message = "\(Human.count(count, "worker")) instead of \(wanted)"
        wanted = count
        return [.log(.resized, message), .setWorkers(count)] + dismissSurplus()
    }

    private mutating func take(_ new: WorkerShare?) -> [Action] {
        guard new != share else { return dismissSurplus() }
        // How much other runs have left to do changes all the time; who they are is news.
        let isNews = new?.runs != share?.runs || new?.cores != share?.cores
        let before = allowed
        share = new
        let isLimited = allowed < wanted || before < wanted
        let words = new.map { $0.words(wanted: wanted) } ?? "\(Human.count(wanted, "worker")): no other run shares the cores"
        return (isNews && isLimited ? [.log(.resized, words)] : []) + [.setShare(new)] + dismissSurplus()
    }

    /// Those beyond the wanted number finish their file and leave.
    private mutating func dismissSurplus() -> [Action] {
        guard phase == .running, workers.count > allowed else { return [] }
        let surplus = workers.values.filter { $0.slot >= allowed && !$0.isDismissed }.map(\.pid).sorted()
        for pid in surplus { workers[pid]?.isDismissed = true }
        return surplus.isEmpty ? [] : [.dismiss(surplus)]
    }

    private mutating func turn(_ moment: Moment) -> [Action] {
        switch phase {
        case .running: return keepWorkers(moment)
        case .draining(let end, let deadline):
            if workers.isEmpty { return [.finish] }
            if moment.now >= deadline { phase = .ending(end) }
            return []
        case .ending: return workers.isEmpty ? [.finish] : endAll()
        }
    }

    /// Starts workers where there is work and room.
    private mutating func keepWorkers(_ moment: Moment) -> [Action] {
        if moment.isComplete {
            if workers.isEmpty { return [.finish] }
            // Who is still there has nothing to do or lost its claim, unless it explains failures.
            let since = moment.isExplaining ? moment.now : completeSince ?? moment.now
            completeSince = since
            return moment.now > since + SupervisorCore.second ? endAll() : []
        }
        room = allowed - workers.count
        guard room > 0, moment.now >= nextStart else { return [] }
        if moment.queued > 0 { return startWorkers() }
        guard mayHaveOrphans || workers.isEmpty || moment.now > orphansSought + SupervisorCore.second / 2 else { return [] }
        orphansSought = moment.now
        return [.findClaims]
    }

    /// The queue is empty: workers are needed for claims that nobody holds any more.
    private mutating func staff(_ claims: FoundClaims) -> [Action] {
        var actions: [Action] = []
        var takeable = claims.suspects
        for claim in claims.orphans {
            guard claim.isExhausted(attempts: rules.attempts) else {
                takeable += 1
                continue
            }
            // One that is not reaped yet has a signal to tell.
            if let owner = claim.owner, workers[owner.process.pid] != nil { continue }
            actions.append(.giveUp(claim))
        }
        if workers.isEmpty {
            // None of ours holds them, and nobody claims without a name.
            for claim in claims.ownerless where !claims.orphans.contains(where: { $0.id == claim.id }) {
                actions.append(.putBack(position: claim.id, generation: claim.generation + 1))
                takeable += 1
            }
        }
        // What another host holds is waited for.
        mayHaveOrphans = takeable > 0 || (workers.isEmpty && claims.count > claims.orphans.count + claims.own)
        room = min(room, takeable)
        if room > 0 { return actions + startWorkers() }
        return workers.isEmpty && !mayHaveOrphans ? actions + [.findMissing] : actions
    }

    private mutating func startWorkers() -> [Action] {
        let taken = Set(workers.values.map(\.slot))
        let slots = (0..<allowed).filter { !taken.contains($0) }.prefix(room)
        room = 0
        return slots.map { .start(slot: $0) }
    }

    /// Nothing is queued, nothing claimed, nobody at work, and records are missing: who has neither a record nor a claim is put back, once.
    private mutating func putBack(_ positions: [Int], _ haveResults: Bool) -> [Action] {
        guard !positions.isEmpty else { return [] }
        guard !hasPutBackLost, !haveResults else {
            return [.stop(FleetError(.accounting, "cannot account for \(positions.count) files: they have neither a claim nor a record; resume the run"))]
        }
        hasPutBackLost = true
        mayHaveOrphans = true
        return positions.map { .putBack(position: $0, generation: 1) }
    }

    // MARK: limits

    private func checkLimits(_ files: [RunningFile]) -> [Action] {
        files.compactMap { file in
            guard let worker = workers[file.pid], worker.ending == nil else { return nil }
            if file.seconds >= file.timeout {
                let limit = file.timeout == file.timeout.rounded() ? String(Int(file.timeout)) : String(file.timeout)
                return .endFile(pid: file.pid, .timeout, "not finished after \(limit) s")
            }
            // A group is held by the kernel.
            guard let limit = rules.memoryLimit, !file.isHeld, let resident = file.resident, resident > limit else { return nil }
            return .endFile(pid: file.pid, .outOfMemory, "out of memory: \(resident >> 20) MiB resident, \(limit >> 20) MiB allowed")
        }
    }

    /// Keeps the machine usable: below the floor nothing is claimed, and the largest worker is ended.
    private mutating func checkMemory(_ available: Int, _ resident: [Int32: Int], _ now: UInt64) -> [Action] {
        let verdict = floor.look(available: available, workers: resident, now: now)
        let pause = Action.pause(.memory, verdict.pauses)
        guard let pid = verdict.end else { return [pause] }
        let size = (resident[pid] ?? 0) >> 20
        return [pause, .endFile(pid: pid, .outOfMemory,
                                "out of memory: the host had \(available >> 20) MiB left, and this was the largest worker with \(size) MiB")]
    }

    // MARK: workers that have ended

    /// Puts the slot of a dead worker in order and decides about its file.
    private mutating func conclude(_ ended: EndedWorker) -> [Action] {
        let ending = ended.worker.ending
        var actions = judge(ended) + [.vacate(slot: ended.worker.slot)]
        if ended.status.exitCode == 0 && ended.state == .left { return actions }
        if ending == nil && ended.status.exitCode == WorkerExit.noEngine {
            // One finding, whoever comes upon it first: no other worker could do more.
            return actions + fail(ended.text.isEmpty ? ended.lastLine ?? "cannot start the engine" : ended.text, .engine)
        }
        if ending != .runOver { actions += [.countRestart, .logDeath(ended.worker, why(ended))] }
        let hasFailed = ended.state == .failed || (ended.file == nil && ended.filesDone == 0)
        if ending == nil && hasFailed { actions += countFailedStart(ended) }
        mayHaveOrphans = true
        let pause = failedStarts == 0 ? 0 : min(2, 0.05 * Double(1 << min(failedStarts, 6)))
        nextStart = ended.now + UInt64(pause * 1e9)
        return actions
    }

    private func why(_ ended: EndedWorker) -> String {
        let place = ended.file.map { " on \($0.name)\($0.line > 0 ? ":\($0.line)" : "")" } ?? ""
        switch ended.worker.ending {
        case .timeout: return "ended at the file's time limit" + place
        case .memory: return "ended because it used too much memory" + place
        case .runOver, nil: return ended.status.words + place
        }
    }

    /// A dead worker's file: given back, to be tried again, or crashed once too often.
    private func judge(_ ended: EndedWorker) -> [Action] {
        // With a record nothing is left to say; without its claim, or with a later one, somebody else answers for the file.
        guard let file = ended.file, !file.hasRecord, file.isItsClaim else { return [] }
        if ended.worker.ending != nil { return [.free(position: file.position, generation: file.generation)] }
        // A worker that failed or was asked to leave has given its claim back by itself.
        if ended.state == .failed || [WorkerExit.gaveBack, WorkerExit.noEngine].contains(ended.status.exitCode) { return [] }
        let cause = TerminationCause(ended.status, ended.evidence)
        let isCertain = cause == .outOfMemory(isCertain: true)
        if file.tryNumber < rules.attempts && !isCertain { return [] }
        let why = isCertain ? "ended by the kernel at its limit of \((rules.memoryLimit ?? 0) >> 20) MiB" : ended.status.words
        return [.publish(file, cause.isOutOfMemory ? .outOfMemory : .crashed, (cause.isOutOfMemory ? "out of memory: " : "") + why)]
    }

    private mutating func countFailedStart(_ ended: EndedWorker) -> [Action] {
        failedStarts += 1
        guard failedStarts >= SupervisorCore.failedStartsAllowed else { return [] }
        let obstacle: RunObstacle? = ended.fullDisk == nil ? nil : .disk
        // A worker that left with its reason is quoted; its exit code says nothing more.
        if ended.status.exitCode == WorkerExit.ioFailure && !ended.text.isEmpty { return fail(ended.text, obstacle) }
        let room = ended.fullDisk.map { "\($0) has no room for another file; free some space there, then go on with the run" }
        let said = (ended.text.isEmpty ? room ?? ended.lastLine : ended.text).map { ": \($0)" } ?? ""
        return fail("cannot keep workers alive: \(failedStarts) in a row ended before they had run a file, the last one \(ended.status.words)\(said)", obstacle)
    }
}
