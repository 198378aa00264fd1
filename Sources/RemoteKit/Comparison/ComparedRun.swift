import Fleet
import Platform

/// What a comparison has to know of a run.
struct ComparedRun: Sendable {
    /// By name.
    private(set) var files: [String: File] = [:]
    /// Whether a file that is not in the run is not in the suite.
    let isWhole: Bool
    /// Whether a file of its dialect ends at the first failure.
    let stopsAtFailure: Bool

    /// A file of the run; of a soak run, what its rounds came to together.
    struct File: Sendable {
        var outcome: Outcome
        /// CPU seconds.
        var cpu: Double?
        var tests: Int
        var isFlaky: Bool
        /// Where it did not pass, or is flaky.
        var record: FileRecord?
        /// Of all rounds.
        fileprivate var times: [Double] = []

        init(outcome: Outcome, cpu: Double?, tests: Int, isFlaky: Bool, record: FileRecord?) {
            (self.outcome, self.cpu, self.tests) = (outcome, cpu, tests)
            (self.isFlaky, self.record) = (isFlaky, record)
        }
    }

    init(_ details: RunDetails) {
        let records = Dictionary(details.records.map { (Round(id: $0.id, iteration: $0.iteration), $0) }) { first, _ in first }
        self.init(details.files.map { file in
            (file.file, File(outcome: file.outcome, cpu: file.cpu, tests: file.tests, isFlaky: file.isFlaky, record: records[Round(id: file.id, iteration: file.iteration)]))
        }, isWhole: details.folder.isWholeSuite, stopsAtFailure: details.folder.spec.engine.dialect == "rs")
    }

    /// - Parameter rounds: with the names of their files. Of a soak run that had not ended, a file has a record for each round.
    init(_ rounds: [(name: String, file: File)], isWhole: Bool, stopsAtFailure: Bool) {
        self.isWhole = isWhole
        self.stopsAtFailure = stopsAtFailure
        for round in rounds { add(round.name, round.file) }
        for (name, file) in files where file.times.count > 1 { files[name]?.cpu = Median.of(file.times) }
    }

    private struct Round: Hashable {
        var id: Int
        var iteration: Int?
    }

    private mutating func add(_ name: String, _ file: File) {
        var file = file
        if let cpu = file.cpu, cpu.isFinite, cpu >= 0 { file.times = [cpu] } else { file.cpu = nil }
        guard let old = files[name] else {
            files[name] = file
            return
        }
        let (weight, oldWeight) = (file.outcome.roundWeight, old.outcome.roundWeight)
        var kept = weight > oldWeight ? file : old
        kept.times = old.times + file.times
        kept.isFlaky = old.isFlaky || file.isFlaky || weight + oldWeight == 3
        files[name] = kept
    }
}
