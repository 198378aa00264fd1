import Fleet

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
    }

    init(_ details: RunDetails) {
        isWhole = details.folder.isWholeSuite
        stopsAtFailure = details.folder.spec.engine.dialect == "rs"
        let records = Dictionary(details.records.map { (Round(id: $0.id, iteration: $0.iteration), $0) }) { first, _ in first }
        for file in details.files {
            add(file.file, File(outcome: file.outcome, cpu: file.cpu, tests: file.tests, isFlaky: file.isFlaky,
                                record: records[Round(id: file.id, iteration: file.iteration)]))
        }
        settle()
    }

    /// The same from records, each of a file.
    init(records: [FileRecord], isWhole: Bool = true, stopsAtFailure: Bool = false) {
        self.isWhole = isWhole
        self.stopsAtFailure = stopsAtFailure
        for record in records {
            let isFlaky = record.flaky == true
            add(record.file, File(outcome: record.outcome, cpu: record.cpu, tests: record.tests, isFlaky: isFlaky, record: record.outcome != .pass || isFlaky ? record : nil))
        }
        settle()
    }

    private struct Round: Hashable {
        var id: Int
        var iteration: Int?
    }

    /// A round that failed counts, then one that has a verdict.
    private static func weight(_ outcome: Outcome) -> Int { outcome.isFailure ? 2 : outcome == .pass ? 1 : 0 }

    private mutating func add(_ name: String, _ file: File) {
        var file = file
        if let cpu = file.cpu, cpu.isFinite, cpu >= 0 { file.times = [cpu] } else { file.cpu = nil }
        guard let old = files[name] else {
            files[name] = file
            return
        }
        var kept = Self.weight(file.outcome) > Self.weight(old.outcome) ? file : old
        kept.times = old.times + file.times
        kept.isFlaky = old.isFlaky || file.isFlaky || Self.weight(old.outcome) + Self.weight(file.outcome) == 3
        files[name] = kept
    }

    private mutating func settle() {
        for (name, file) in files where file.times.count > 1 { files[name]?.cpu = Noise.median(file.times) }
    }
}
