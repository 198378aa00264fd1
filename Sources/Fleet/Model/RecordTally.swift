/// How often each record of a file held and failed over several runs of it. Records that were not reached, and consequences of an earlier failure,
/// did neither.
struct RecordTally {
    private struct Count {
        var line: Int
        var failed = 0
        /// Runs in which it neither held nor failed, though they came as far.
        var unknown = 0
        /// Of the runs that were cut short no later than here, those in which its verdict is known.
        var knownInCut = 0
        /// Further tries within runs.
        var tries = 0
    }

    private var counts: [RecordReference: Count] = [:]
    private var runs = 0
    /// How many runs say nothing from a line on.
    private var cuts: [Int: Int] = [:]

    /// Adds runs in which all held.
    mutating func addPasses(_ count: Int = 1) { runs += count }

    /// Adds a run.
    /// - Parameters:
    ///   - errors: how many failures there were, also those that are not listed.
    ///   - stoppedAt: as in ``FileRecord``.
    ///   - tried: records that were tried again within the run.
    mutating func add(_ failures: [RecordFailure], errors: Int, stoppedAt: Int?, tried: [FlakyRecord] = []) {
        runs += 1
        let cut = RecordFailure.firstUnknownLine(failures, errors: errors, stoppedAt: stoppedAt)
        if let cut { cuts[cut, default: 0] += 1 }
        for (key, failures) in Dictionary(grouping: failures, by: \.key) {
            let line = failures.map(\.startLine).min() ?? 0
            var count = counts[key] ?? Count(line: line)
            if failures.contains(where: \.isProof) { count.failed += 1 } else { count.unknown += 1 }
            if let cut, cut <= line { count.knownInCut += 1 }
            counts[key] = count
        }
        for record in tried where record.runs > 1 {
            var count = counts[record.key] ?? Count(line: record.line)
            count.failed += record.failed
            count.tries += record.runs - 1
            counts[record.key] = count
        }
    }

    /// The records that failed in some of the runs that came to them and held in others, in order; bounded as a record keeps them.
    var flaky: [FlakyRecord]? {
        let found = counts.compactMap { key, count -> FlakyRecord? in
            let short = cuts.reduce(0) { $1.key <= count.line ? $0 + $1.value : $0 }
            let reached = runs - max(0, short - count.knownInCut) - count.unknown + count.tries
            guard count.failed > 0, count.failed < reached else { return nil }
            return FlakyRecord(line: count.line, failed: count.failed, runs: reached, identity: key.identity)
        }
        return found.isEmpty ? nil : Array(found.sorted { ($0.line, $0.failed) < ($1.line, $1.failed) }.prefix(FileRecord.failuresKept))
    }
}
