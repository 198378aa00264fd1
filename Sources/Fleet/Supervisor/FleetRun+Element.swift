import Glibc
import Platform

/// An element of a cluster's job: a fleet of its own beside others, of which it knows only what the run directory says.
extension FleetRun {
    /// What its former life held comes back first, as soon as that is known to be gone: its lock is free.
    func returnClaims() throws(FleetError) {
        guard let own = directory.node else { return }
        for former in NodeFolder.all(layout) where former.note.element == own.element && former.note.restarts < own.restarts && !former.isAtWork {
            guard let board = try? ScoreboardReading(former.layout.scoreboard) else { continue }
            let workers = Set(board.slots.map(\.pid))
            let process = former.note.process.split(separator: " ").prefix(2).map { String($0) }
            for state in try table.list() {
                guard let owner = state.owner, !owner.isFree, [owner.process.host, owner.process.boot] == process, workers.contains(owner.process.pid) else { continue }
                try table.free(id: state.id, generation: state.generation)
            }
        }
    }

    /// Looks at what is wanted of this element, and at what others have lost.
    mutating func turnOfElement() throws(FleetError) {
        let number = directory.node?.element ?? 0
        if let request = element.request { try handle(.stopRequested(request, now: Clock.monotonic)) }
        if layout.leave(number).exists { try handle(.stopRequested(.graceful, now: Clock.monotonic)) }
        // The run is over: whoever ended it has seen all records.
        if layout.summary.exists { element.isComplete = true }
        guard Clock.seconds(since: element.soughtClaims) >= max(0.25, spec.leaseSeconds / 8) else { return }
        element.soughtClaims = Clock.monotonic
        try passOnLostClaims()
    }

    /// Workers look for lost claims when the queue is empty. Until then their supervisor does, once for all of them: a claim whose lease has expired gets a
    /// free one behind it, which any worker takes before it goes on with the queue.
    private mutating func passOnLostClaims() throws(FleetError) {
        guard !positions.startsOver, core.phase == .running, try Cursor.position(layout.cursor) < positions.end else {
            board[.lostClaims] = 0
            return
        }
        let found = try orphans.find().orphans.filter { !$0.isExhausted(attempts: spec.attempts) }
        for claim in found where claim.owner?.isFree != true { try table.createFree(id: claim.id, generation: claim.generation + 1) }
        board[.lostClaims] = UInt64(found.count)
    }

    /// Nothing is queued, nothing is claimed, and nobody works here. Claims were listed before: who has none now has a result, or was lost with a disk.
    mutating func findMissingElsewhere() throws(FleetError) {
        var missing: [Int] = []
        let known = spec.cached == nil ? [] : try KnownRecords(layout).ids
        for position in 0..<positions.end where positions.isRunnable(position) && index[position] == nil {
            if layout.result(position).exists || known.contains(position) { _ = index.add(position, .result) } else { missing.append(position) }
        }
        element.isComplete = missing.isEmpty
        if !missing.isEmpty { try handle(.recordsMissing(missing, haveResults: false)) }
    }

    /// Leaves word of how it ended; the records are in the run directory.
    mutating func finishElement() throws(FleetError) -> RunSummary {
        if core.failure == nil { try readFeeds() } else { try? readFeeds() }
        for folder in [layout.temporary, layout.work] { for name in (try? folder.names()) ?? [] { (folder / name).removeTree() } }
        board.flush()
        let reading = try ScoreboardReading(layout.scoreboard)
        var published = Tally()
        for slot in reading.slots { published += slot.tally() }
        var summary = RunSummary(
            id: spec.id, workspace: spec.workspace, end: core.end(isComplete: isComplete), error: core.failure, startedAt: Clock.now - Clock.seconds(since: started),
            finishedAt: Clock.now, wall: Clock.seconds(since: started), total: published.files, outcomes: published.outcomes, tests: published.tests,
            skippedRecords: published.skippedRecords, errors: published.errors, workers: core.wanted, restarts: Int(clamping: board[.restarts]),
            lateResults: reading.slots.reduce(0) { $0 + $1.late }, utilisation: RunDirectory.utilisation(reading))
        summary.use = board.use
        summary.obstacle = core.obstacle
        try events.append(RunEvent(kind: .runFinished, time: Clock.now, message: summary.error, end: summary.end))
        try layout.nodeSummary.replace(with: JSON.encode(summary))
        return summary
    }

    /// Whether Slurm should start this element again somewhere: it was asked to leave while there was work.
    var wantsToMove: Bool {
        element.mustMove && !isComplete && directory.stopRequest == nil && !layout.leave(directory.node?.element ?? 0).exists && core.failure == nil
            && Clock.now - (directory.began ?? Clock.now) < spec.timeBudget
    }
}
