import Platform

/// Adds up what the workers' time goes into, a moment at a time.
struct UseClock {
    private var last = Clock.monotonic
    /// Slots that had a file.
    private var begun: Set<Int> = []
    private var use = FleetUse()

    mutating func tick(_ board: Scoreboard, wanted: Int, queued: Int) {
        let passed = Clock.seconds(since: last)
        last = Clock.monotonic
        let isPaused = !board.paused.isEmpty
        for slot in 0..<min(wanted, board.workers) {
            let isRunning = board.worker(slot).state == .running
            if isRunning || board.worker(slot).filesDone > 0 { begun.insert(slot) }
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
