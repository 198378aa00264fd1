import AgentProtocol
import Fleet
import FoundationEssentials
import GRDB

/// Writes the records of one run.
struct RecordImport {
    /// What the records add up to.
    struct Totals {
        var outcomes: [Outcome: Int] = [:]
        var flaky = 0
        var tests = 0
        var errors = 0
    }

    private(set) var totals = Totals()
    private(set) var count = 0
    /// Lines that are no record.
    private(set) var damaged = 0
    /// Those of files that were not run, because they had passed before.
    private(set) var cached = 0

    private let run: Int
    private let startedAt: Double
    private let files: FileTable
    private let texts: TextTable
    private var results: RowWriter
    private var failures: RowWriter
    private var flakyRecords: RowWriter

    init(_ database: Database, run: Int, startedAt: Double, files: FileTable, texts: TextTable) throws {
        self.run = run
        self.startedAt = startedAt
        self.files = files
        self.texts = texts
        // A run that says two things of a file says nothing that could be relied on: the later one stays.
        results = try RowWriter(database, "INSERT OR REPLACE INTO result VALUES (\(Array(repeating: "?", count: 16).joined(separator: ", ")))")
        failures = try RowWriter(database, "INSERT OR REPLACE INTO failure VALUES (\(Array(repeating: "?", count: 14).joined(separator: ", ")))")
        flakyRecords = try RowWriter(database, "INSERT OR REPLACE INTO flaky_record VALUES (\(Array(repeating: "?", count: 9).joined(separator: ", ")))")
    }

    /// - Parameter line: of the records. Of a file that passed the head says all that is kept.
    mutating func add(_ line: [UInt8]) throws {
        guard let head = RecordHead(line: line) else {
            damaged += 1
            return
        }
        if RecordLine.mayBeCached(line, head) { return addCached(head) }
        if head.outcome == .pass, !RecordLine.mayBeFlaky(line) {
            return try add(file: files.id(name: head.file), iteration: head.iteration, Figures(head), message: nil, stoppedAt: nil, consequences: nil)
        }
        guard let record = try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: Data(line)).checked() else {
            damaged += 1
            return
        }
        let file = try files.id(path: record.file)
        try add(file: file, iteration: record.iteration, Figures(record), message: record.message.map { String($0.prefix(1000)) }, stoppedAt: record.stoppedAt,
                consequences: record.consequences)
        for (number, failure) in record.failures.enumerated() { try add(failure, number, file, record.iteration) }
        for (number, flaky) in (record.flakyRecords ?? []).enumerated() { try add(flaky, number, file, record.iteration) }
    }

    /// A file that was not run counts in the run, and leaves no row: it took no time and proved nothing.
    private mutating func addCached(_ head: RecordHead) {
        count += 1
        cached += 1
        totals.outcomes[head.outcome, default: 0] += 1
        totals.tests += Self.bounded(head.tests)
    }

    private struct Figures {
        var outcome: Outcome, tests: Int, skipped: Int, errors: Int, duration: Double, cpu: Double?, attempt: Int, worker: Int?, finishedAt: Double, isFlaky: Bool

        init(_ head: RecordHead) {
            (outcome, tests, skipped, errors) = (head.outcome, head.tests, head.skipped, head.errors)
            (duration, cpu, attempt, worker, finishedAt, isFlaky) = (head.duration, head.cpu, head.attempt, head.worker, head.finishedAt, false)
        }

        init(_ record: FileRecord) {
            (outcome, tests, skipped, errors) = (record.outcome, record.tests, record.skipped, record.errors)
            (duration, cpu, attempt, worker) = (record.duration, record.cpu, record.attempt, record.worker)
            (finishedAt, isFlaky) = (record.finishedAt, record.flaky == true)
        }
    }

    private mutating func add(file: Int, iteration: Int?, _ figures: Figures, message: String?, stoppedAt: Int?, consequences: Int?) throws {
        count += 1
        totals.outcomes[figures.outcome, default: 0] += 1
        totals.tests = Self.bounded(totals.tests + Self.bounded(figures.tests))
        totals.errors = Self.bounded(totals.errors + Self.bounded(figures.errors))
        if figures.isFlaky { totals.flaky += 1 }
        results.bind(run)
        results.bind(file)
        results.bind(iteration.map(Self.bounded) ?? 0)
        results.bind(figures.outcome.code)
        results.bind(Self.bounded(figures.tests))
        results.bind(Self.bounded(figures.skipped))
        results.bind(Self.bounded(figures.errors))
        results.bind(Self.whole(figures.duration * 1e6))
        results.bind(figures.cpu.map { Self.whole($0 * 1e6) })
        results.bind(Self.bounded(figures.attempt))
        results.bind(figures.worker.map(Self.bounded))
        results.bind(Self.whole((figures.finishedAt - startedAt) * 1e3))
        results.bind(figures.isFlaky)
        results.bind(try texts.id(message))
        results.bind(stoppedAt)
        results.bind(consequences)
        try results.run()
    }

    /// Bytes of SQL that are kept.
    private static let sqlKept = 400

    private mutating func add(_ failure: RecordFailure, _ number: Int, _ file: Int, _ iteration: Int?) throws {
        failures.bind(run)
        failures.bind(file)
        failures.bind(iteration ?? 0)
        failures.bind(number)
        failures.bind(failure.line)
        failures.bind(failure.recordLine)
        failures.bind(failure.identity?.digest)
        failures.bind(failure.identity?.occurrence)
        failures.bind(failure.kind?.rawValue)
        failures.bind(failure.causedBy)
        failures.bind(try texts.id(String(failure.message.prefix(1000))))
        failures.bind(try texts.id(String(failure.sql.prefix(Self.sqlKept))))
        failures.bind(failure.actual.isEmpty ? nil : Int(Int64(bitPattern: StableHash.of(failure.actual.utf8, 0))))
        failures.bind(try texts.id(failure.script))
        try failures.run()
    }

    private mutating func add(_ flaky: FlakyRecord, _ number: Int, _ file: Int, _ iteration: Int?) throws {
        flakyRecords.bind(run)
        flakyRecords.bind(file)
        flakyRecords.bind(iteration ?? 0)
        flakyRecords.bind(number)
        flakyRecords.bind(flaky.line)
        flakyRecords.bind(flaky.failed)
        flakyRecords.bind(flaky.runs)
        flakyRecords.bind(flaky.identity?.digest)
        flakyRecords.bind(flaky.identity?.occurrence)
        try flakyRecords.run()
    }

    private static func bounded(_ count: Int) -> Int { min(max(0, count), 1 << 40) }

    private static func whole(_ value: Double) -> Int { value.isFinite ? Int(min(max(value, -1e15), 1e15).rounded()) : 0 }
}
