import Fleet
import Platform
import RemoteKit

/// A run and its failures for programs; `docs/formats.md` describes each key. A key that has no value is left out.
struct ReportDocument: Encodable {
    /// Of this format. What is added leaves the number as it is.
    var schema = "slt-remote/report/1"
    /// Which run it is.
    var run: Run
    /// What the run came to, in words: `3 of 59 files failed`.
    var verdict: String
    /// Why the figures are not those of a whole run.
    var caveat: String?
    /// The exit code of the run itself, as `run` ended with it.
    var exitCode: Int32
    /// Every file that was found.
    var total: Int
    /// Each outcome, also those that no file has; the sum is `total` when the run is whole.
    var outcomes: [Outcome: Int]
    /// Passed files of all files found, 0...1; absent where there are none.
    var passRate: Double?
    /// Statements and queries that ran.
    var tests: Int
    /// Failed records by their kind, without consequences; those that were kept.
    var kinds: [String: Int]
    /// Failed records that follow from others.
    var consequences: Int
    /// What was taken from verdicts of earlier runs; absent where that was not asked for.
    var cache: CacheUse?
    /// Files that failed, sorted by name.
    var failures: [Failure]
    /// What the run comes to by the failures that were known when it started; absent where none were.
    var known: Judgement?
    /// Files that passed and failed on the same sources, sorted by name.
    var flaky: [Flaky]
    /// Files that were not run, sorted by name.
    var notRun: [KeptOutFile]

    struct Run: Encodable {
        /// The name of the run.
        var id: String
        /// The name of its host.
        var host: String
        /// Where it was read from on this machine.
        var folder: String
        /// The name of the project.
        var project: String?
        /// `user@client-host`
        var startedBy: String?
        /// When it was first started.
        var startedAt: Double?
        /// When it ended, or its last file did.
        var finishedAt: Double?
        /// Whether the queue ends.
        var mode: RunMode
        /// Workers that were wanted.
        var workers: Int
        /// Seed for orders.
        var seed: UInt64
        /// Why it ended; absent for a run that had not when it was fetched.
        var end: RunEnd?
        /// What went wrong with the run itself, in words.
        var error: String?
        /// The sources that were tested.
        var source: SourceState?
        /// What ran the files.
        var engine: EngineIdentity?
        /// Whether every file of the whole suite has a record.
        var isFull: Bool
    }

    struct Failure: Encodable {
        /// Relative to the workspace.
        var file: String
        /// How it ended.
        var outcome: Outcome
        /// What is wrong, in one line.
        var message: String
        /// Where to look first.
        var line: Int?
        /// The script that `line` is of, when it is one that was included.
        var script: String?
        /// Wall-clock seconds.
        var duration: Double
        /// Which try this was, from 1.
        var attempt: Int
        /// The slot, from 0.
        var worker: Int?
        /// Statements and queries that ran.
        var tests: Int
        /// Records that did not hold, consequences included.
        var errors: Int
        /// Failed records that follow from others.
        var consequences: Int
        /// Whether all that fails in it was known to fail.
        var isKnown: Bool
        /// What became of the file before; absent where that is not known.
        var past: FailurePast?
        /// The same in words: `failed 3 of the last 20 runs, first on 4c1f2e, two days ago`.
        var pastWords: String?
        /// The last lines that the engine or the command printed.
        var output: String?
        /// Failed records that no other one caused, in order; the first hundred.
        var records: [Record]
    }

    struct Record: Encodable {
        /// Where the record, or the wrong result line, stands; from 1.
        var line: Int
        /// Where the record begins.
        var recordLine: Int?
        /// The script that the lines are of, when it is one that was included.
        var script: String?
        /// Which record it is.
        var identity: RecordIdentity?
        /// What kind of failure it is; rows know more than a hash.
        var kind: FailureKind
        /// In one line, for people.
        var title: String
        /// As the runner said it.
        var message: String
        /// What can be done, and whose rows were expected, for people.
        var notes: [String]
        /// The most units in the last place that floats differ by, where all differences are such.
        var ulps: Int?
        /// The statement or query, cut.
        var sql: String
        /// The result that the file has, cut.
        var expected: String
        /// The result that came, cut.
        var actual: String
        /// Whether `expected` is a hash of rows.
        var isHashed: Bool?
        /// The rows behind it, where they were kept.
        var rows: FailureRows?
        /// Further failures of the same record.
        var others: [RecordFailure]?
        /// Records that failed because this one did.
        var consequences: [RecordFailure]?
    }

    struct Flaky: Encodable {
        /// Relative to the workspace.
        var file: String
        /// How it ended at last.
        var outcome: Outcome
        /// How often it was run.
        var runs: RunCounts?
        /// The records that failed in some of those runs only.
        var records: [FlakyRecord]?
    }

    init(_ report: ReportedRun, now: Double) {
        let status = report.status, folder = report.details.folder
        run = Run(id: status.id, host: report.host, folder: folder.origin, project: status.project, startedBy: status.startedBy, startedAt: status.startedAt,
                  finishedAt: status.finishedAt, mode: folder.spec.mode, workers: status.workersWanted, seed: folder.spec.seed, end: status.end, error: status.error,
                  source: status.source, engine: folder.engine, isFull: folder.isFull)
        verdict = RunReport(report).verdict.words
        caveat = report.caveat
        exitCode = report.exitCode.rawValue
        total = status.total
        outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, status.outcomes[$0] ?? 0) })
        passRate = status.total > 0 ? Double(status.passed) / Double(status.total) : nil
        tests = status.tests
        cache = status.cache
        kinds = Dictionary(uniqueKeysWithValues: report.kinds.map { ($0.key.rawValue, $0.value) })
        consequences = report.consequences
        known = report.judgement
        failures = report.all.map { Self.failure($0, now) }
        flaky = report.flaky.map { Flaky(file: $0.file, outcome: $0.outcome, runs: $0.runs, records: $0.flakyRecords) }
        notRun = report.keptOut
    }

    private static func failure(_ file: ReportedFile, _ now: Double) -> Failure {
        let record = file.record
        return Failure(file: record.file, outcome: record.outcome, message: file.title, line: file.blocks.first?.line ?? record.stoppedAt, script: file.blocks.first?.failure.script, duration: record.duration,
                       attempt: record.attempt, worker: record.worker, tests: record.tests, errors: record.errors, consequences: file.consequences, isKnown: file.isKnown, past: file.past,
                       pastWords: file.past?.words(now: now), output: record.output, records: file.blocks.map(Self.record))
    }

    private static func record(_ block: FailureBlock) -> Record {
        let failure = block.failure
        return Record(line: failure.line, recordLine: failure.recordLine, script: failure.script, identity: failure.identity, kind: block.kind, title: block.title,
                      message: failure.message, notes: block.notes, ulps: block.ulps, sql: failure.sql, expected: failure.expected, actual: failure.actual,
                      isHashed: failure.isHashed, rows: block.rows, others: block.others.isEmpty ? nil : block.others,
                      consequences: block.consequences.isEmpty ? nil : block.consequences)
    }
}
