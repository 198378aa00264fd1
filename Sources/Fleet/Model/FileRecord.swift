/// How one file ended. Nothing but `pass` counts as passed.
public enum Outcome: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
    case pass
    case fail
    /// Killed at the file's wall-clock limit.
    case timeout
    /// The worker died of a signal, or left, more often than the attempt cap allows.
    case crashed
    case outOfMemory = "out-of-memory"
    case unreadable
    /// Kept out by a rule, with its reason in `message`.
    case skipped
    /// Never finished, because the budget was over or the run was stopped.
    case untested
}

/// The one published record of a file (in an iteration, for soak runs).
public struct FileRecord: Codable, Sendable, Equatable {
    /// Position in the manifest, which alone holds the name losslessly.
    public var id: Int
    /// The path relative to the workspace, for people: bytes that are not UTF-8 are replaced.
    public var file: String
    public var outcome: Outcome
    /// Statements and queries that ran, records skipped, and errors found in the file.
    public var tests: Int
    public var skipped: Int
    public var errors: Int
    /// Wall-clock seconds.
    public var duration: Double
    /// CPU seconds, user and system, where known.
    public var cpu: Double?
    /// Which try this was, from 1.
    public var attempt: Int
    public var worker: Int?
    /// Seconds since 1970.
    public var finishedAt: Double
    /// In one line, why the outcome is not `pass`.
    public var message: String?
    /// The first failing records; bounded, see ``failuresKept``.
    public var failures: [RecordFailure]
    /// The last lines the engine or the command printed; bounded.
    public var output: String?
    /// In a soak run, which round of the queue this is of, from 1.
    public var iteration: Int?
    /// `true` when the file passed and failed on the same sources: on a retry, or in different iterations.
    public var flaky: Bool?
    /// How often it was run in all, when that is more than once.
    public var runs: RunCounts?
    /// The records that failed in some of those runs only; bounded like `failures`.
    public var flakyRecords: [FlakyRecord]?

    /// How many failures a record keeps; `errors` has the true number.
    public static let failuresKept = 100

    public init(id: Int, file: String, outcome: Outcome, tests: Int = 0, skipped: Int = 0, errors: Int = 0,
                duration: Double = 0, cpu: Double? = nil, attempt: Int = 1, worker: Int? = nil,
                finishedAt: Double, message: String? = nil, failures: [RecordFailure] = [], output: String? = nil) {
        self.id = id
        self.file = file
        self.outcome = outcome
        self.tests = tests
        self.skipped = skipped
        self.errors = errors
        self.duration = duration
        self.cpu = cpu
        self.attempt = attempt
        self.worker = worker
        self.finishedAt = finishedAt
        self.message = message
        self.failures = failures
        self.output = output
    }
}

/// How often a file was run on the same sources.
public struct RunCounts: Codable, Sendable, Equatable {
    public var passed: Int
    public var failed: Int
    public init(passed: Int, failed: Int) {
        self.passed = passed
        self.failed = failed
    }
}

/// A record that held in some runs of its file and not in others.
public struct FlakyRecord: Codable, Sendable, Equatable {
    /// As in ``RecordFailure``.
    public var line: Int
    /// In how many of the runs it failed.
    public var failed: Int
    public var runs: Int
    public init(line: Int, failed: Int, runs: Int) {
        self.line = line
        self.failed = failed
        self.runs = runs
    }

    /// The lines that failed in some of `runs`, but not in all of them, in order.
    static func among(_ failures: [Int: Int], runs: Int) -> [FlakyRecord] {
        failures.filter { $0.value < runs }.sorted { $0.key < $1.key }.prefix(FileRecord.failuresKept)
            .map { FlakyRecord(line: $0.key, failed: $0.value, runs: runs) }
    }
}

/// One record of a file that did not hold.
public struct RecordFailure: Codable, Sendable, Equatable {
    /// Where the record, or the wrong result line, stands; from 1.
    public var line: Int
    /// What is wrong, in one line: `wrong result`, `statement error: no such table: t`.
    public var message: String
    /// Each cut to a few hundred bytes.
    public var sql: String
    public var expected: String
    public var actual: String

    public init(line: Int, message: String, sql: String = "", expected: String = "", actual: String = "") {
        self.line = line
        self.message = message
        self.sql = sql
        self.expected = expected
        self.actual = actual
    }
}
