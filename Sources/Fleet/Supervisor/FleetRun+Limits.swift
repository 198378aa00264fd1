import Platform

/// Measures what the limits are about.
extension FleetRun {
    mutating func watchTimeouts() throws(FleetError) {
        var files: [SupervisorCore.RunningFile] = []
        for (pid, worker) in core.workers where worker.ending == nil {
            let slot = board.worker(worker.slot)
            guard let position = file(in: slot)?.position, Clock.seconds(since: slot.fileStarted) > timeouts.least else { continue }
            let limit = try timeout(of: position, pid)
            files.append(SupervisorCore.RunningFile(pid: pid, seconds: Clock.seconds(since: slot.fileStarted), timeout: limit, isHeld: slot.isHeld))
        }
        if !files.isEmpty { try handle(.filesRunning(files)) }
    }

    /// Looked up once for each file that runs longer than the shortest limit there is.
    private mutating func timeout(of position: Int, _ pid: Int32) throws(FleetError) -> Double {
        if let known = knownTimeouts[pid], known.position == position { return known.seconds }
        let seconds = timeouts.isPlain ? timeouts.standard : timeouts.seconds(for: try manifest.entry(positions.id(position)).name)
        knownTimeouts[pid] = (position, seconds)
        return seconds
    }

    /// The position that a worker is on and the generation of its claim, unless it is just changing.
    private func file(in slot: Slot) -> (position: Int, generation: Int)? {
        guard slot.state == .running, !slot.isChanging, let position = slot.position else { return nil }
        let generation = slot.generation
        // Who runs a part of another's file has no claim of it, and a limit all the same.
        guard positions.isRunnable(position), index[position] == nil || generation == 0 || layout.claim(position, generation).exists else { return nil }
        return (position, generation)
    }

    /// The record comes first, the end of the worker second: between the two nobody could take the file over. When the
    /// worker was faster with its own record it stays.
    mutating func endFile(_ pid: Int32, _ outcome: Outcome, _ why: String) throws(FleetError) {
        guard let worker = core.workers[pid] else { return }
        let slot = board.worker(worker.slot)
        guard let (position, generation) = file(in: slot) else { return }
        var record = FileRecord(id: positions.id(position), file: try manifest.entry(positions.id(position)).text, outcome: outcome,
                                duration: Clock.seconds(since: slot.fileStarted), attempt: slot.tryNumber, worker: directory.firstWorker + worker.slot, finishedAt: Clock.now)
        record.iteration = positions.iteration(position)
        record.explain(why, line: slot.line)
        try publish(record, at: position, generation: generation)
        if index[position] != nil || !layout.claim(position, generation).exists { try handle(.fileEnded(pid: pid, outcome)) }
    }

    /// Workers whose resident memory is above their limit: the limit of the address space does not see what a program
    /// that they started takes together with them.
    mutating func watchMemoryLimits() throws(FleetError) {
        guard spec.memoryLimit != nil else { return }
        let files = core.workers.map { pid, worker in
            let slot = board.worker(worker.slot)
            return SupervisorCore.RunningFile(pid: pid, seconds: 0, timeout: .infinity, resident: slot.resident, isHeld: slot.isHeld)
        }
        try handle(.filesRunning(files))
    }

    mutating func watchMemory() throws(FleetError) {
        guard core.floor.bytes > 0 else { return }
        let available = HostMemory.now().available
        guard core.floor.isBelow(available) || core.floor.isPaused else { return }
        var sizes: [Int32: Int] = [:]
        for (pid, worker) in core.workers where worker.ending == nil {
            let slot = board.worker(worker.slot)
            guard slot.position != nil else { continue }
            sizes[pid] = (ProcessFields(pid: pid)?.resident ?? 0) + ProcessTree(of: slot.program.pid, startTime: slot.program.startTime).resident
        }
        try handle(.memoryMeasured(available: available, resident: sizes, now: Clock.monotonic))
    }
}
