import Fleet

/// One run of the experiment.
struct SettleStep: Equatable {
    enum Workers: Equatable {
        case one
        /// As the settings say.
        case configured
        /// Twice the host's cores.
        case crowd
    }

    let condition: SettleCondition
    let seed: UInt64
    /// How often the file is run.
    let rounds: Int
    /// Files that are run with it, at most.
    let others: Int
    let workers: Workers

    /// Enough that neighbours differ from order to order, few enough that a round stays short.
    static let othersInTurn = 30, othersAtOnce = 100

    /// The runs that answer the question, in their order.
    /// - Parameters:
    ///   - runs: how often the file is run under each condition.
    ///   - seed: of the settings.
    ///   - seesSeed: whether the file can depend on the seed itself.
    ///   - hasOthers: whether there are other files.
    static func plan(runs: Int, seed: UInt64, seesSeed: Bool, hasOthers: Bool) -> [SettleStep] {
        let orders = runs < 20 ? 2 : 4
        var steps = [SettleStep(condition: .alone, seed: seed, rounds: runs, others: 0, workers: .one)]
        func add(_ condition: SettleCondition, _ seeds: Int, others: Int, _ workers: Workers) {
            for (index, rounds) in split(runs, seeds).enumerated() {
                steps.append(SettleStep(condition: condition, seed: seed &+ UInt64(index + 1), rounds: rounds, others: others, workers: workers))
            }
        }
        if seesSeed { add(.otherSeeds, min(runs, orders * 2), others: 0, .one) }
        if hasOthers {
            add(.afterOthers, orders, others: othersInTurn, .one)
            add(.besideOthers, orders, others: othersAtOnce, .configured)
        }
        steps.append(SettleStep(condition: .several, seed: seed, rounds: runs, others: 0, workers: .crowd))
        return steps
    }

    /// What the run of this step came to. Its figures came from a host: more rounds than were asked for count for nothing.
    /// - Parameters:
    ///   - record: of the file, over all rounds. Its failed runs have rounds in it that passed since the script tried a record again by itself: the file
    ///     did not fail in these.
    ///   - name: the run's.
    func count(_ record: FileRecord, of name: String) -> SettleCount {
        let runs = record.runs ?? RunCounts(passed: record.outcome == .pass ? 1 : 0, failed: record.outcome.isFailure ? 1 : 0)
        let passed = min(max(0, runs.passed), rounds)
        // A failure of any round is what the record has as its outcome.
        let failed = record.outcome.isFailure ? min(max(0, runs.failed), rounds - passed) : 0
        return SettleCount(condition, failed: failed, runs: passed + failed, names: [name])
    }

    private static func split(_ runs: Int, _ parts: Int) -> [Int] { (0..<max(1, parts)).map { runs / parts + ($0 < runs % parts ? 1 : 0) }.filter { $0 > 0 } }
}
