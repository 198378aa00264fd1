/// What running one script has shown.
public struct FileVerdict: Sendable, Equatable, Codable {
    /// Statements and queries that ran.
    public var tests = 0
    /// Records that a condition kept out.
    public var skipped = 0
    /// How many errors there were, also those beyond ``failures``.
    public var errors = 0
    /// The first failures, at most ``RunOptions/failureLimit``.
    public var failures: [ScriptFailure] = []
    /// Why no more records ran.
    public var stopReason = StopReason.endOfFile
    /// The line of the `halt` that ended the file, from 1.
    public var haltLine: Int?
    /// Why the file was not run to its end, or not at all, though nothing failed: the directive that is not supported, or that it
    /// has no tests.
    public var skipReason: String?
    /// The line of the last record that began, from 1, where the file was not run to its end, nor to a `halt`: what is behind it says
    /// nothing. 0 where none began. Nil for a file that was run.
    public var stoppedAt: Int?
    /// How many of ``errors`` are consequences of an earlier failed statement; see ``ScriptFailure/causedBy``.
    public var consequences = 0
    /// Records that held when they were tried again; the first 100.
    public var retried: [RetriedRecord]?
    /// The results of the first failing records, where ``RunOptions/keepsRows`` asks for them.
    public var rows: [RecordRows]?

    package init() {}

    /// Why no more records ran.
    public enum StopReason: String, Sendable, Codable {
        /// All of the file ran.
        case endOfFile = "end-of-file"
        /// A `halt` record.
        case halt
        /// A record that cannot be understood, after which SQLite's own runner does not go on either.
        case badRecord = "bad-record"
        /// The first error, as asked for by ``RunOptions/haltOnError`` or as the dialect has it.
        case firstError = "first-error"
        /// The file needs what is not there; see ``FileVerdict/skipReason``.
        case unsupported
        /// The process was killed at its time limit; see the only failure. Or a record was ended at its own limit and took the database with it;
        /// see the last failure.
        case timeout
        /// The process ended by itself; see the only failure.
        case crashed
        /// The process had no memory left; see the only failure.
        case outOfMemory = "out-of-memory"
    }

    /// How a file ended. Only ``pass`` counts as passed.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Everything that ran held.
        case pass
        /// At least one record did not hold.
        case fail
        /// It was ended where it needed a directive, an extension or a setting that is not there; see ``FileVerdict/skipReason``.
        case unsupported
        /// It has no tests.
        case skipped
        /// Its process was killed at its time limit.
        case timeout
        /// Its process ended without a verdict.
        case crashed
        /// There was no memory left for it.
        case outOfMemory = "out-of-memory"
    }

    /// How the file ended.
    public var outcome: Outcome {
        switch stopReason {
        case .timeout: .timeout
        case .crashed: .crashed
        case .outOfMemory: .outOfMemory
        case .badRecord, .firstError: .fail
        case .unsupported: errors > 0 ? .fail : .unsupported
        case .endOfFile, .halt: errors > 0 ? .fail : skipReason != nil ? .skipped : .pass
        }
    }

    /// Whether the file was run and all of it held.
    public var passed: Bool { outcome == .pass }

    /// Counts a failure, and keeps it unless there are `limit` already.
    mutating func add(_ failure: ScriptFailure, keeping limit: Int) {
        errors += 1
        if failures.count < limit { failures.append(failure) }
    }

    /// The verdict on a file whose process has ended without giving one.
    /// - Parameters:
    ///   - reason: `timeout`, `crashed` or `outOfMemory`.
    ///   - line: of the last record that began; 0 when there was none.
    package static func lost(_ reason: StopReason, line: Int, message: String) -> FileVerdict {
        var verdict = FileVerdict()
        verdict.stopReason = reason
        verdict.stoppedAt = line
        var failure = ScriptFailure(kind: .lost, line: line, message: message)
        failure.category = .other
        if line > 0 { failure.recordLine = line }
        verdict.add(failure, keeping: 1)
        return verdict
    }

    /// Marks a file with nothing to run, so that it does not count as one that has passed.
    mutating func markIfEmpty() {
        if tests == 0, skipped == 0, errors == 0, stopReason == .endOfFile { skipReason = "it has no tests" }
    }

    /// Marks a file in which an engine has said that memory ran out. For engines whose memory is this process's own.
    package mutating func markIfOutOfMemory() {
        guard failures.contains(where: { $0.kind == .memory || $0.message.contains("out of memory") }) else { return }
        stopReason = .outOfMemory
    }
}
