import Glibc
import Platform

/// What ``SupervisorCore`` decides is done here.
extension FleetRun {
    mutating func handle(_ event: SupervisorCore.Event) throws(FleetError) {
        for action in core.handle(event) { try perform(action) }
    }

    private mutating func perform(_ action: SupervisorCore.Action) throws(FleetError) {
        switch action {
        case .stopClaims: board[.draining] = 1
        case .log(let kind, let message): try events.append(RunEvent(kind: kind, time: Clock.now, message: message))
        case .logDeath(let worker, let message):
            try events.append(RunEvent(kind: .workerDied, time: Clock.now, worker: worker.slot, pid: worker.pid, message: message))
        case .countRestart: board[.restarts] &+= 1
        case .tell(let message):
            board.text = message
            print(error: message)
        case .setWorkers(let count):
            board[.workersWanted] = UInt64(count)
            board[.slotsUsed] = max(board[.slotsUsed], UInt64(count))
        case .setShare(let share):
            board[.shareCores] = UInt64(share?.cores ?? 0)
            board[.shareRuns] = UInt64(share?.runs ?? 0)
            board[.shareWorkers] = UInt64(share?.workers ?? 0)
        case .pause(let reason, let isPaused):
            if isPaused { board.paused.insert(reason) } else { board.paused.remove(reason) }
        case .dismiss(let pids): for pid in pids { kill(pid, SIGUSR1) }
        case .end(let pids): for pid in pids { end(pid) }
        case .endFile(let pid, let outcome, let why): try endFile(pid, outcome, why)
        case .publish(let file, let outcome, let why): try publish(file, outcome, why)
        case .free(let position, let generation): try table.free(id: position, generation: generation)
        case .vacate(let slot): board.worker(slot).vacate()
        case .giveUp(let claim): try giveUp(claim)
        case .putBack(let position, let generation):
            if positions.isRunnable(position) { try table.createFree(id: position, generation: generation) }
        case .findClaims: try findClaims()
        case .findMissing: try findMissing()
        case .start(let slot): try start(slot)
        case .finish: isFinished = true
        case .stop(let error): throw error
        }
    }

    /// Ends the worker and all that it started.
    private func end(_ pid: Int32) {
        // The seats of a file go with its worker; its program must not be at work beside the next one that has them.
        if directory.spec.groups?.isEmpty == false, let slot = core.workers[pid]?.slot {
            let program = board.worker(slot).program
            if program.pid > 0, ProcessIdentity.startTime(of: program.pid) == program.startTime {
                // It must not see how its program ends.
                kill(pid, SIGSTOP)
                kill(-program.pid, SIGKILL)
            }
        }
        kill(-pid, SIGKILL)
        core.workers[pid]?.group?.end()
    }

    private mutating func findClaims() throws(FleetError) {
        let found = try orphans.find()
        try handle(.claimsFound(SupervisorCore.FoundClaims(
            orphans: found.orphans, ownerless: found.ownerless, suspects: found.suspects, own: found.own, count: found.claims)))
    }

    private mutating func findMissing() throws(FleetError) {
        if role.isElement { return try findMissingElsewhere() }
        try readFeeds()
        let missing = (0..<max(manifest.count, positions.records == nil ? 0 : positions.end)).filter { index[$0] == nil && positions.hasRecord($0) && !givenBack.holds($0, positions) }
        try handle(.recordsMissing(missing, haveResults: missing.contains { layout.result($0).exists }))
    }
}
