import Fleet
@testable import RemoteKit

/// Records as workers publish them, in a few words.
extension FileRecord {
    static func passed(_ file: String, cpu: Double? = nil, tests: Int = 10) -> FileRecord { FileRecord(id: 0, file: file, outcome: .pass, tests: tests, cpu: cpu, finishedAt: 0) }

    static func failed(_ file: String, _ failures: RecordFailure..., stoppedAt: Int? = nil, errors: Int? = nil) -> FileRecord {
        var record = FileRecord(id: 0, file: file, outcome: .fail, tests: 10, errors: errors ?? failures.count, finishedAt: 0, failures: failures)
        record.stoppedAt = stoppedAt
        return record
    }

    static func ended(_ file: String, _ outcome: Outcome, _ message: String = "", stoppedAt: Int? = nil) -> FileRecord {
        var record = FileRecord(id: 0, file: file, outcome: outcome, finishedAt: 0, message: message)
        record.stoppedAt = stoppedAt
        return record
    }

    func flaky(_ records: FlakyRecord...) -> FileRecord {
        var copy = self
        copy.flaky = true
        copy.flakyRecords = records.isEmpty ? nil : records
        return copy
    }
}

extension RecordFailure {
    /// - Parameter name: makes the identity.
    static func of(_ name: String, line: Int, kind: FailureKind = .wrongRows, actual: String = "1", causedBy: Int? = nil) -> RecordFailure {
        var failure = RecordFailure(line: line + 3, message: "wrong result", sql: "SELECT \(name)", expected: "2", actual: actual)
        failure.kind = kind
        failure.recordLine = line
        failure.identity = RecordIdentity(digest: name, occurrence: 1)
        failure.causedBy = causedBy
        return failure
    }
}

extension ComparedRun {
    /// A run with these records, each of a file or of a round.
    init(records: [FileRecord], isWhole: Bool = true) {
        self.init(records.map { record in
            let isFlaky = record.flaky == true
            return (record.file, File(outcome: record.outcome, cpu: record.cpu, tests: record.tests, isFlaky: isFlaky, record: record.outcome != .pass || isFlaky ? record : nil))
        }, isWhole: isWhole, stopsAtFailure: false)
    }
}
