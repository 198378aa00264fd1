import CFleet
import Glibc
import Platform

extension FleetRun {
    /// Deals with all children that have ended. Orphaned descendants of workers are children too: the supervisor
    /// adopts them, and ends them.
    mutating func reap() throws(FleetError) {
        var failure: FleetError?
        var any = false
        while case let pid = cfleet_ended_child(), pid > 0 {
            any = true
            let worker = core.reaped(pid)
            // Before the pid is free again, so that its group cannot be another's.
            if worker != nil { kill(-pid, SIGKILL) }
            var status = TerminationStatus(of: pid)
            guard let worker else { continue }
            if let group = worker.group, board.worker(worker.slot).isHeld {
                status.memoryWasShort = group.outOfMemoryKills > worker.killsBefore
            } else {
                status.memoryWasShort = HostMemory.outOfMemoryKills() > memoryKills
            }
            worker.group?.end()
            endOrphans()
            do throws(FleetError) {
                try tell(worker, status)
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
            let orphans = ChildProcesses.ofThisProcess().filter { core.workers[$0] == nil }
            if orphans.isEmpty { return }
            for pid in orphans { kill(pid, SIGKILL) }
            let ended = orphans.count { waitpid($0, nil, WNOHANG) == $0 }
            if ended < orphans.count { Clock.pauseThread(0.005) }
        }
    }

    /// Brings what a dead worker has published into order, and tells the core of its end.
    private mutating func tell(_ worker: WorkerProcess, _ status: TerminationStatus) throws(FleetError) {
        let slot = board.worker(worker.slot)
        knownTimeouts[worker.pid] = nil
        logs.removeValue(forKey: worker.slot)?.finish()
        try readFeeds()
        try settlePublication(slot)
        var ended = SupervisorCore.EndedWorker(worker: worker, status: status, state: slot.state, filesDone: slot.filesDone, now: Clock.monotonic)
        ended.file = try file(of: worker, slot)
        ended.evidence = evidence(worker, slot)
        ended.text = slot.text
        ended.lastLine = lastLine(ended.evidence.output)
        ended.fullDisk = DiskRoom.isShort(layout) ? layout.root.text : nil
        try handle(.workerEnded(ended))
    }

    /// The file that the worker was on, whose folder is removed.
    private func file(of worker: WorkerProcess, _ slot: Slot) throws(FleetError) -> SupervisorCore.EndedFile? {
        guard let position = slot.position else { return nil }
        let generation = slot.generation, isRunnable = positions.isRunnable(position)
        if isRunnable { layout.work(position, generation).removeTree() }
        let isItsClaim = isRunnable && layout.claim(position, generation).exists && !layout.claim(position, generation + 1).exists
        return SupervisorCore.EndedFile(
            position: position, name: isRunnable ? try manifest.entry(positions.id(position)).text : "file \(position)", generation: generation,
            tryNumber: slot.tryNumber, line: slot.line, duration: Clock.seconds(since: slot.fileStarted), worker: worker.slot,
            hasRecord: index[position] != nil, isItsClaim: isItsClaim)
    }

    private func evidence(_ worker: WorkerProcess, _ slot: Slot) -> TerminationCause.Evidence {
        var evidence = TerminationCause.Evidence()
        evidence.limit = spec.memoryLimit
        evidence.holder = slot.isHeld ? .cgroup : .addressSpace
        evidence.virtualSize = slot.virtualSize
        evidence.base = slot.baseSize
        // The last that the worker has written: the log also has the words of those that had its slot before.
        if let file = File(ifPossible: layout.workerLog(worker.slot), O_RDONLY), let info = try? file.status() {
            let start = max(worker.logStart, Int(info.st_size) - 4096)
            evidence.output = (try? file.read(Int(info.st_size) - start, at: start)) ?? []
        }
        return evidence
    }

    private func lastLine(_ output: [UInt8]) -> String? {
        output.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0, as: UTF8.self).cut(toBytes: 500) }
    }

    /// A worker that died between linking its result and counting it has published.
    private mutating func settlePublication(_ slot: Slot) throws(FleetError) {
        guard let position = slot.pending else { return }
        guard hasPublished(position, slot) else { return slot.abort() }
        slot.commit()
        table.remove(id: position, upTo: slot.generation)
        guard index[position] == nil, let record = try directory.record(at: position) else { return }
        if index.add(position, .result) { ledger.add(position, record.outcome, isFlaky: record.flaky == true, at: record.finishedAt) }
        try events.append(EventLine.finished(record.brief.json, at: record.finishedAt))
    }

    /// Whether the result is this slot's last worker's. Its claim may be gone already: another worker that looked for orphans
    /// removes claims of files that have a result. The result itself says whose it is.
    private func hasPublished(_ position: Int, _ slot: Slot) -> Bool {
        guard let bytes = try? layout.result(position).contents(limit: 1 << 28), let owner = ClaimOwner(line: bytes) else { return false }
        var process = table.owner.process
        process.pid = slot.pid
        process.startTime = slot.startTime
        return owner.process == process
    }

    /// Publishes what the core made of a dead worker's file.
    mutating func publish(_ file: SupervisorCore.EndedFile, _ outcome: Outcome, _ why: String) throws(FleetError) {
        var record = FileRecord(id: positions.id(file.position), file: file.name, outcome: outcome, duration: file.duration, attempt: file.tryNumber,
                                worker: directory.firstWorker + file.worker, finishedAt: Clock.now)
        record.iteration = positions.iteration(file.position)
        record.explain(why, line: file.line)
        try publish(record, at: file.position, generation: file.generation)
    }

    /// A file whose tries are used up, the last one by a worker that died before it could say what it was on.
    mutating func giveUp(_ state: ClaimState) throws(FleetError) {
        if layout.result(state.id).exists || !positions.isRunnable(state.id) { return table.remove(id: state.id, upTo: state.generation) }
        var record = FileRecord(id: positions.id(state.id), file: try manifest.entry(positions.id(state.id)).text, outcome: .crashed,
                                attempt: state.heldBefore, worker: state.owner?.worker, finishedAt: Clock.now)
        record.iteration = positions.iteration(state.id)
        record.explain("its worker was lost", line: 0)
        try publish(record, at: state.id, generation: state.generation)
    }
}

extension FileRecord {
    /// - Parameter line: where in the file it happened, 0 when that is not known.
    mutating func explain(_ why: String, line: Int) {
        message = why + (line > 0 ? " at line \(line)" : "") + (attempt > 1 ? ", try \(attempt)" : "")
        errors = 1
        stoppedAt = line
        guard line > 0 else { return }
        var failure = RecordFailure(line: line, message: why)
        (failure.kind, failure.recordLine) = (.other, line)
        failures = [failure]
    }
}
