/// What the records of a run come to by file and by iteration, kept while they arrive.
///
/// In a drain run a file has one record, so only the flaky ones are counted here.
struct Ledger {
    private let positions: Positions
    /// By file, of a soak run.
    private var passed: [UInt32] = []
    private var failed: [UInt32] = []
    private var verdict: [UInt8] = []
    private var verdicts = [UInt64](repeating: 0, count: Tally.outcomeOrder.count)
    private(set) var flaky = 0
    private(set) var iterations: [IterationSummary] = []
    /// How many of the first iterations have all their records.
    private(set) var finishedIterations = 0

    init(_ positions: Positions) {
        self.positions = positions
        guard positions.isEndless else { return }
        passed = Array(repeating: 0, count: positions.count)
        failed = passed
        verdict = Array(repeating: 0, count: positions.count)
    }

    /// Takes a record that was published at `position`.
    mutating func add(_ position: Int, _ outcome: Outcome, isFlaky: Bool, at time: Double) {
        guard positions.isEndless else {
            if isFlaky { flaky += 1 }
            return
        }
        let id = positions.id(position)
        let wasFlaky = isFlakyFile(id)
        let index = Tally.outcomeOrder.firstIndex(of: outcome) ?? 0
        switch outcome {
        case .pass: passed[id] &+= 1
        case .skipped, .untested: break
        default: failed[id] &+= 1
        }
        if isFlaky {
            // Passed on a retry within the iteration.
            failed[id] &+= 1
        }
        // A failure stays the verdict, whatever comes after it.
        let old = Int(verdict[id])
        if old == 0 || outcome != .pass {
            if old > 0 { verdicts[old - 1] -= 1 }
            verdicts[index] += 1
            verdict[id] = UInt8(index + 1)
        }
        if isFlakyFile(id) && !wasFlaky { flaky += 1 }
        addToIteration(position, outcome, time)
    }

    private mutating func addToIteration(_ position: Int, _ outcome: Outcome, _ time: Double) {
        guard outcome != .skipped, let number = positions.iteration(position), number <= 1 << 24 else { return }
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
        if positions.isEndless { board.setHeader(from: .verdicts, verdicts) }
    }
}

/// One round of the queue in a soak run: a line of `iterations.jsonl`.
public struct IterationSummary: Codable, Sendable, Equatable {
    /// From 1.
    public var iteration: Int
    /// Files of the round, without blocked ones.
    public var files: Int
    /// Records by outcome; their sum is `files` once the round is finished.
    public var outcomes: [Outcome: Int] = [:]
    /// When its first and its last record was published, in seconds since 1970. Rounds overlap.
    public var firstAt: Double?
    public var lastAt: Double?

    init(iteration: Int, files: Int) {
        self.iteration = iteration
        self.files = files
    }

    public var isFinished: Bool { outcomes.values.reduce(0, +) >= files }

    mutating func add(_ outcome: Outcome, at time: Double) {
        outcomes[outcome, default: 0] += 1
        firstAt = min(firstAt ?? time, time)
        lastAt = max(lastAt ?? time, time)
    }
}
