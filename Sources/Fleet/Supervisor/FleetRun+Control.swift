import Glibc

/// Wishes for the live run, and its end: another size, a pause, a stop, the budget.
extension FleetRun {
    /// One more than the highest slot that was ever used.
    var slotsUsed: Int { min(board.slots - 1, Int(clamping: board[.slotsUsed])) }

    mutating func watchControl() throws(FleetError) {
        board[.paused] = board[.paused] & ~1 | (directory.isPauseRequested ? 1 : 0)
        guard let request = directory.workersRequest, request != wanted, request >= 1, request < board.slots else { return dismissSurplus() }
        try events.append(RunEvent(kind: .resized, time: Clock.now, message: "\(request) workers instead of \(wanted)"))
        wanted = request
        board[.workersWanted] = UInt64(request)
        board[.slotsUsed] = max(board[.slotsUsed], UInt64(request))
        dismissSurplus()
    }

    mutating func watchStop() throws(FleetError) {
        guard let request = directory.stopRequest else { return }
        switch (phase, request) {
        case (.running, .graceful): try drain(.stopped, "a stop was asked for")
        case (.running, .now), (.draining, .now):
            board[.draining] = 1
            phase = .ending(.stopped)
            try events.append(RunEvent(kind: .stopRequested, time: Clock.now, message: "an immediate stop was asked for"))
        default: break
        }
    }

    mutating func watchBudget() throws(FleetError) {
        guard phase == .running, !isComplete, Clock.seconds(since: started) >= spec.timeBudget else { return }
        try drain(.budget, "the time budget of \(Int(spec.timeBudget)) s is over")
    }

    mutating func drain(_ end: RunEnd, _ message: String) throws(FleetError) {
        board[.draining] = 1
        phase = .draining(end, deadline: Clock.monotonic + UInt64(spec.graceSeconds * 1e9))
        try events.append(RunEvent(kind: end == .budget ? .budgetOver : .stopRequested, time: Clock.now, message: message))
    }

    /// Those beyond the wanted number finish their file and leave.
    private mutating func dismissSurplus() {
        guard phase == .running, workers.count > wanted else { return }
        for (pid, worker) in workers where worker.slot >= wanted && !worker.isDismissed {
            kill(pid, SIGUSR1)
            workers[pid]?.isDismissed = true
        }
    }
}

/// Adds up what the workers' time goes into, a moment at a time.
struct UseClock {
    private var last = Clock.monotonic
    /// Slots that had a file.
    private var begun: Set<Int> = []
    private var use = FleetUse()

    mutating func tick(_ board: Scoreboard, wanted: Int, queued: Int) {
        let passed = Clock.seconds(since: last)
        last = Clock.monotonic
        let isPaused = board[.paused] != 0
        for slot in 0..<min(wanted, board.slots - 1) {
            let isRunning = board[slot + 1, .state] == Scoreboard.State.running.rawValue
            if isRunning || board[slot + 1, .filesDone] > 0 { begun.insert(slot) }
            use.wanted += passed
            if isRunning {
                use.active += passed
            } else if queued == 0 {
                use.tail += passed
            } else if isPaused {
                use.paused += passed
            } else if begun.contains(slot) {
                use.claims += passed
            } else {
                use.startup += passed
            }
        }
        board.use = use
    }
}
