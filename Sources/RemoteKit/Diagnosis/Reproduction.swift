public import Fleet

/// What running a file once more has shown, beside what its run had.
public struct Reproduction: Sendable, Encodable {
    /// How the two compare.
    public enum Verdict: String, Sendable, Encodable {
        /// The record fails in the same way: the same kind, message and rows.
        case same
        /// The record fails, with the same kind of failure, but other words or rows.
        case alike
        /// The record fails in another way.
        case otherwise
        /// The record holds.
        case passes
        /// The record fails; no run is there to compare it with.
        case fails
    }

    /// How the two compare.
    public let verdict: Verdict
    /// What the file gave now.
    public let record: FileRecord
    /// The failures of the record that is meant, now.
    public let failures: [RecordFailure]
    /// The run that it is compared with.
    public let run: String?
    /// What is not as it was in the run, in words; empty where all that is known is the same.
    public let differences: [String]
    /// A command for a shell that opens the database, where it was kept.
    public let database: String?
    /// What is not in that database as the file has left it.
    public let databaseNote: String?

    init(_ record: FileRecord, target: DiagnosisTarget, differences: [String], database: KeptDatabase?) {
        self.record = record
        self.differences = differences
        self.database = database?.open
        databaseNote = database?.note
        run = target.run?.spec.id
        let recorded = target.recorded
        let start = recorded.first.map { $0.recordLine ?? $0.line } ?? target.line
        let now = record.failures.filter { failure in
            guard let start else { return failure.causedBy == nil }
            if let identity = recorded.first?.identity, failure.identity == identity { return true }
            return failure.recordLine == start || failure.line == start || (recorded.isEmpty && failure.line >= start)
        }
        failures = now
        verdict = Self.verdict(now, recorded, record, target)
    }

    /// A file that was ended, by a crash or at a limit: in the same way if it was in the same record.
    private static func ended(_ record: FileRecord, _ target: DiagnosisTarget) -> Verdict {
        guard let before = target.record else { return .fails }
        guard before.outcome == record.outcome else { return .otherwise }
        return before.stoppedAt == record.stoppedAt ? .same : .alike
    }

    private static func verdict(_ now: [RecordFailure], _ recorded: [RecordFailure], _ record: FileRecord, _ target: DiagnosisTarget) -> Verdict {
        guard let first = now.first else {
            // A program that runs files itself may name no record.
            if record.outcome == .fail, record.failures.isEmpty, let before = target.record {
                guard before.outcome == .fail, before.failures.isEmpty else { return .otherwise }
                return before.message == record.message ? .same : .alike
            }
            if record.outcome == .fail, record.failures.isEmpty { return .fails }
            // A file that was ended has its failure where it was.
            guard record.outcome != .pass, record.outcome != .fail else { return .passes }
            return ended(record, target)
        }
        // Of a file that was ended the words differ from program to program.
        if record.outcome != .fail { return ended(record, target) }
        guard let before = recorded.first else { return target.record == nil ? .fails : .otherwise }
        guard first.kind == before.kind else { return .otherwise }
        guard target.record?.outcome == record.outcome else { return .otherwise }
        return first.message == before.message && first.expected == before.expected && first.actual == before.actual ? .same : .alike
    }
}
