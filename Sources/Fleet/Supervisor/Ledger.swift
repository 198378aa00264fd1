/// What the records of a run come to by file and by iteration, kept while they arrive.
///
/// In a drain run a file has one record, so only the flaky ones are counted here.
struct Ledger {
    private let positions: Positions
    /// By file, of a soak run.
    private var passed: [UInt32] = []
    private var failed: [UInt32] = []
    private var verdict: [Outcome?] = []
    private var verdicts: [Outcome: Int] = [:]
    private(set) var flaky = 0
    private(set) var iterations: [IterationSummary] = []
    /// How many of the first iterations have all their records.
    private(set) var finishedIterations = 0

    init(_ positions: Positions) {
        self.positions = positions
        guard positions.startsOver else { return }
        passed = Array(repeating: 0, count: positions.count)
        failed = passed
        verdict = Array(repeating: nil, count: positions.count)
    }

    /// Takes a record that was published at `position`.
    mutating func add(_ position: Int, _ outcome: Outcome, isFlaky: Bool, at time: Double) {
        guard positions.startsOver else {
            if isFlaky { flaky += 1 }
            return
        }
        let id = positions.id(position)
        let wasFlaky = isFlakyFile(id)
        if outcome == .pass { passed[id] &+= 1 }
        if outcome.isFailure { failed[id] &+= 1 }
        if isFlaky {
            // Passed on a retry within the iteration.
            failed[id] &+= 1
        }
        // A failure stays the verdict, whatever comes after it.
        let old = verdict[id]
        if old == nil || outcome != .pass {
            if let old { verdicts[old, default: 0] -= 1 }
            verdicts[outcome, default: 0] += 1
            verdict[id] = outcome
        }
        if isFlakyFile(id) && !wasFlaky { flaky += 1 }
        addToIteration(position, outcome, time)
    }

    private mutating func addToIteration(_ position: Int, _ outcome: Outcome, _ time: Double) {
        guard positions.isRunnable(position), let number = positions.iteration(position), number <= 1 << 24 else { return }
        while iterations.count < number { iterations.append(IterationSummary(iteration: iterations.count + 1, files: positions.runnable)) }
        iterations[number - 1].add(outcome, at: time)
        while finishedIterations < iterations.count, iterations[finishedIterations].isFinished { finishedIterations += 1 }
    }

    private func isFlakyFile(_ id: Int) -> Bool { passed[id] > 0 && failed[id] > 0 }

    /// How often a file of a soak run passed and failed; `nil` for one that has no such record.
    func runs(_ id: Int) -> RunCounts? {
        guard id < passed.count, passed[id] > 0 || failed[id] > 0 else { return nil }
        return RunCounts(passed: Int(passed[id]), failed: Int(failed[id]))
    }

    func show(on board: Scoreboard) {
        board[.flaky] = UInt64(flaky)
        if positions.startsOver { board.setVerdicts(verdicts) }
    }
}
