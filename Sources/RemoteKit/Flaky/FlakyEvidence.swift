import Fleet

/// What is flaky or not.
enum RecordUnit: Hashable {
    case record(RecordReference)
    /// A file that says nothing of its records.
    case file
}

/// What one record of a run says of its file, as far as it is kept.
struct FlakyEvidence {
    /// A failing record, or several failures of one.
    struct Failing {
        var failure: RecordFailure
        var isProof: Bool
    }

    /// By number, see ``FlakySearch``.
    var run: Int
    var hasPassed: Bool
    /// Runs of the file behind this record: rounds or retries; 1 of one that was run once.
    var passed: Int
    var failed: Int
    var isRepeated: Bool
    var failing: [RecordReference: Failing]
    var tried: [RecordReference: FlakyRecord]
    /// From this line on records that are not listed say nothing.
    var unknownFrom: Int?

    /// - Returns: `nil` for one that says nothing: time-outs, crashes, want of memory, files that were not run.
    init?(_ record: FileRecord, run: Int) {
        let hasVerdict = record.outcome == .pass || record.outcome == .fail
        guard hasVerdict || !(record.flakyRecords ?? []).isEmpty else { return nil }
        self.run = run
        hasPassed = record.outcome == .pass
        isRepeated = record.runs != nil
        passed = record.runs?.passed ?? (hasPassed ? 1 : 0)
        failed = record.runs?.failed ?? (hasPassed ? 0 : 1)
        failing = [:]
        for (key, failures) in Dictionary(grouping: record.failures, by: \.key) {
            guard let first = failures.min(by: { $0.line < $1.line }) else { continue }
            failing[key] = Failing(failure: first, isProof: failures.contains(where: \.isProof))
        }
        // Older releases say only the line.
        let byLine = Dictionary(record.failures.map { ($0.line, $0.key) }, uniquingKeysWith: { first, _ in first })
        tried = Dictionary((record.flakyRecords ?? []).map { ($0.identity == nil ? byLine[$0.line] ?? $0.key : $0.key, $0) }, uniquingKeysWith: { first, _ in first })
        // What is listed with a file that passed in the end is of its first run only.
        unknownFrom = hasPassed ? record.stoppedAt : RecordFailure.firstUnknownLine(record.failures, errors: record.errors, stoppedAt: record.stoppedAt)
        guard !hasVerdict else { return }
        // The last of several runs was ended from outside; what the others say of single records stands.
        (passed, failed, failing, unknownFrom) = (0, 0, [:], 0)
    }

    /// Whether it fails and names no record.
    var isOfWholeFile: Bool { failing.isEmpty && tried.isEmpty && failed > 0 }

    /// Verdicts on a record.
    /// - Parameter line: where it stands in these sources; `nil` where that is not known.
    func verdicts(_ unit: RecordUnit, line: Int?) -> (failed: Int, held: Int) {
        guard case .record(let key) = unit else {
            return failing.isEmpty && tried.isEmpty ? (failed, passed) : (0, passed)
        }
        if let tries = tried[key] { return (tries.failed, max(0, tries.runs - tries.failed)) }
        if let failing = failing[key] {
            guard failing.isProof else { return (0, 0) }
            return (1, 0)
        }
        guard !isOfWholeFile else { return (0, passed) }
        if let unknownFrom, (line ?? .max) >= unknownFrom { return (0, 0) }
        return (0, hasPassed ? max(1, passed) : 1)
    }
}
