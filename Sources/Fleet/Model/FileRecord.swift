/// The one published record of a file (in an iteration, for soak runs).
public struct FileRecord: Codable, Sendable, Equatable {
    /// Position in the manifest, which alone holds the name losslessly.
    public var id: Int
    /// The path relative to the workspace, for people: bytes that are not UTF-8 are replaced.
    public var file: String
    /// How it ended.
    public var outcome: Outcome
    /// Statements and queries that ran.
    public var tests: Int
    /// Records of the file that a condition left out.
    public var skipped: Int
    /// Records that did not hold.
    public var errors: Int
    /// Wall-clock seconds.
    public var duration: Double
    /// CPU seconds, user and system, where known.
    public var cpu: Double?
    /// Which try this was, from 1.
    public var attempt: Int
    /// The slot, from 0; `nil` where no worker had it.
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
    /// The line of the last record that began, where the file was not run to its end: what is behind it says nothing. `nil` for a file that was.
    public var stoppedAt: Int?
    /// How many of ``errors`` are consequences of an earlier failed statement.
    public var consequences: Int?
    /// The run whose verdict this is, where the file was not run in this one.
    public var cachedFrom: String?
    /// Why the verdict of a file that passed cannot be kept for later runs.
    public var notCached: String?
    /// What became of the database of a file that failed, where the run keeps them.
    public var database: KeptDatabase?
    /// Which host had it, in a run over several.
    public var host: String?
    /// How it was run in parts, if it was.
    public var parts: FileParts?

    /// How many failures a record keeps; `errors` has the true number.
    public static let failuresKept = 100

    /// A record; texts and lists are cut when it is published.
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
    /// Runs that passed.
    public var passed: Int
    /// Runs that failed.
    public var failed: Int
    /// Numbers of runs.
    public init(passed: Int, failed: Int) {
        self.passed = passed
        self.failed = failed
    }
}

/// A record that held in some runs of its file and not in others.
public struct FlakyRecord: Codable, Sendable, Equatable {
    /// Where the record begins, from 1.
    public var line: Int
    /// In how many of the runs it failed.
    public var failed: Int
    /// How often its file was run; for a record that is tried again within its file, how often it was.
    public var runs: Int
    /// Which record it is; `nil` where that is not known.
    public var identity: RecordIdentity?
    /// A record of a file that was run more than once.
    public init(line: Int, failed: Int, runs: Int, identity: RecordIdentity? = nil) {
        self.line = line
        self.failed = failed
        self.runs = runs
        self.identity = identity
    }
}

/// One record of a file that did not hold.
public struct RecordFailure: Codable, Sendable, Equatable {
    /// Where the record, or the wrong result line, stands; from 1.
    public var line: Int
    /// What is wrong, in one line: `wrong result`, `statement error: no such table: t`.
    public var message: String
    /// The statement or query, cut to a few hundred bytes.
    public var sql: String
    /// The result that the file has; cut like ``sql``.
    public var expected: String
    /// The result that came; cut like ``sql``.
    public var actual: String
    /// What kind of failure it is; `nil` in records of older releases.
    public var kind: FailureKind?
    /// Where the record begins, from 1. Several failures with one line are of one record.
    public var recordLine: Int?
    /// Which record it is; `nil` where it has no SQL.
    public var identity: RecordIdentity?
    /// The line of the failed statement that this is a consequence of.
    public var causedBy: Int?
    /// Units in the last place between the two floats, where that is all the difference.
    public var ulps: Int?
    /// The script that the lines are of, when it is one that was included.
    public var script: String?
    /// Whether ``expected`` is a hash of rows.
    public var isHashed: Bool?

    /// A failure; texts are cut when it is published.
    public init(line: Int, message: String, sql: String = "", expected: String = "", actual: String = "") {
        self.line = line
        self.message = message
        self.sql = sql
        self.expected = expected
        self.actual = actual
    }
}
