import AgentProtocol
@testable import Fleet
import FoundationEssentials
import Testing
import Wire

/// What comes out of an ``Untrusted`` box.
struct CheckTests {
    private func opened<Value: HostAnswer & Encodable>(_ value: Value) throws -> Value {
        try WireCodec.decode(Untrusted<Value>.self, from: WireCodec.encode(value)).checked()
    }

    private func status(_ id: String = "r") -> RunStatus {
        RunStatus(id: id, phase: .finished, workspace: "/w", createdAt: 0, timeBudget: 1, total: 1, queued: 0, running: 0, outcomes: [.pass: 1], workersWanted: 1)
    }

    @Test("an honest status is unchanged")
    func honest() throws {
        var honest = status("20261121-013000.123456-k3f9")
        honest.error = "no space left"
        honest.workers = [WorkerStatus(slot: 0, pid: 7, state: .running, file: "test/a.test", line: 3)]
        #expect(try opened(honest) == honest)
    }

    @Test("a run's name that could lead out of a folder, or be an option, is refused", arguments: ["", "..", "-x", "a/b", "a\nb", String(repeating: "a", count: 129)])
    func names(name: String) throws {
        #expect(throws: WireFault.self) { try opened(status(name)) }
        let report = HostReport(hostName: "h", run: status(name), mode: nil, sample: HostSample(time: 0, cores: [], load: [], memoryTotal: 0, memoryAvailable: 0, processes: 0))
        #expect(throws: WireFault.self) { try opened(report) }
        #expect(throws: WireFault.self) { try opened(FetchHeader(status: status(name))) }
    }

    @Test("a command that opens a database stays as it is where a worker may have made it", arguments: [
        "sqlite3 /runs/r/databases/3.sqlite", "sqlite3 '/home/my user'\\''s/a b.sqlite'", "psql -h /run/pg -p 5432 -U me -d slt_a_1234", "psql -d slt_a_1234",
    ])
    func opening(command: String) throws {
        #expect(try opened(DiagnosisAnswer.database(open: command, note: "n")) == .database(open: command, note: "n"))
        var record = FileRecord(id: 0, file: "f", outcome: .fail, finishedAt: 0)
        record.database = KeptDatabase(open: command)
        #expect(try opened(record).database == record.database)
    }

    @Test("every other one is dropped, with a note", arguments: [
        "", "rm -rf x", "sqlite3", "sqlite3 /a; id", "sqlite3 /a  ", "sqlite3 /a /b", "sqlite3 -init", "sqlite3 $(id)", "sqlite3 '/a\nb'", "sqlite3 '/a\u{202E}b'", "sqlite3 /a'", "sqlite3 \"/a\"",
        "sqlite3 /a\\'b", "psql -d slt_a -c 'x'", "psql -d 'slt_a host=evil'", "psql -d postgresql://evil/x", "psql -f /x -d slt_a", "psql -h -d slt_a", "sqlite3 /" + String(repeating: "a", count: 1000),
    ])
    func hostileOpening(command: String) throws {
        guard case .database(nil, let note?) = try opened(DiagnosisAnswer.database(open: command, note: "n")) else {
            Issue.record("it is shown: \(command)")
            return
        }
        #expect(note.contains("not shown") && note.hasSuffix("; n"))
        var record = FileRecord(id: 0, file: "f", outcome: .fail, finishedAt: 0)
        record.database = KeptDatabase(open: command)
        #expect(try opened(record).database?.open == nil)
    }

    @Test("counts can be added up, whatever was sent", arguments: [Int.min, -1, Int.max])
    func counts(count: Int) throws {
        var hostile = status()
        hostile.total = count
        hostile.outcomes = [.pass: count, .fail: count]
        hostile.queued = count
        hostile.workersWanted = count
        hostile.tests = count
        let checked = try opened(hostile)
        #expect((0...1 << 43).contains(checked.total + checked.done + checked.queued + checked.workersWanted + checked.tests))
        let record = try opened(FileRecord(id: count, file: "a", outcome: .fail, tests: count, errors: count, finishedAt: 0, failures: [RecordFailure(line: count, message: "")]))
        #expect((0...1 << 43).contains(record.id + record.tests + record.errors + (record.failures.first?.line ?? 0)))
    }

    @Test("the files of a run can be added up, and their times be whole numbers, whatever is in them", arguments: [Int.min, -1, Int.max])
    func runFiles(count: Int) throws {
        var summary = RunSummary(id: "r", workspace: "/w", end: .drained, startedAt: -1e300, finishedAt: 1e300, wall: 1e300, total: count, outcomes: [.pass: count, .fail: count],
                                 tests: count, skippedRecords: count, errors: count, workers: count, restarts: count, lateResults: count)
        (summary.flaky, summary.iterations, summary.retries, summary.retriesRefused) = (count, count, count, count)
        summary.memory = MemoryLimit(bytes: count, by: .cgroup)
        let checked = try opened(summary)
        let sum = checked.total + checked.outcomes.values.reduce(0, +) + checked.tests + checked.skippedRecords + checked.errors + checked.workers + checked.restarts
        #expect((0...1 << 44).contains(sum + checked.lateResults + (checked.flaky ?? 0) + (checked.iterations ?? 0) + (checked.retries ?? 0) + (checked.retriesRefused ?? 0)))
        #expect(checked.startedAt == 0 && Int(checked.finishedAt) > 0 && Int(checked.wall) > 0)
        #expect(checked.memory.map { $0.bytes >= 0 } == true)
        var spec = RunSpec(id: "r", workspace: "/w", workers: count, timeBudget: 1e300, fileTimeout: -1, attempts: count, engine: EngineSpec(kind: .sqlite), startedBy: "a\nb")
        (spec.retries, spec.rounds) = (count, count)
        let open = try opened(spec)
        #expect((0...1 << 43).contains(open.workers + open.attempts + (open.retries ?? 0) + (open.rounds ?? 0)))
        #expect(Int(open.timeBudget) > 0 && open.fileTimeout == 0)
        #expect(open.startedBy == "a\nb", "it is compared as it is, and made safe where it is written")
        #expect(throws: WireFault.self) { try opened(RunSpec(id: "../r", workspace: "/w", workers: 1, timeBudget: 1, fileTimeout: 1, engine: EngineSpec(kind: .sqlite), startedBy: "")) }
        #expect(try (0...1 << 40).contains(opened(RunRevision(workers: count)).workers ?? -1))
        let host = HostSample(time: 0, cores: [], load: [], memoryTotal: 0, memoryAvailable: 0, processes: 0)
        let sample = try opened(FleetSample(host: host, queued: count, done: count, workers: [.init(slot: count, isRunning: true, cpu: 0, rss: count)]))
        #expect((0...1 << 43).contains(sample.queued + sample.done + (sample.workers.first?.slot ?? 0)))
    }

    @Test("the figures of as many records as a disk holds can be added up")
    func manyRecords() throws {
        let record = try opened(FileRecord(id: 0, file: "a", outcome: .fail, tests: .max, errors: .max, finishedAt: 0))
        #expect(!record.tests.multipliedReportingOverflow(by: 1 << 30).overflow)
        #expect(!record.errors.multipliedReportingOverflow(by: 1 << 30).overflow)
    }

    @Test("texts of one line are one line, texts of several keep their breaks, and no terminal obeys either")
    func texts() throws {
        var hostile = status()
        hostile.error = "full\n\u{1B}[2Jrun r2 passed"
        hostile.project = "a\nb"
        let checked = try opened(hostile)
        #expect(checked.error == "full; \\e[2Jrun r2 passed")
        #expect(checked.project == "a\\nb")
        let record = try opened(FileRecord(id: 0, file: "a\u{202E}b", outcome: .fail, finishedAt: 0,
                                           failures: [RecordFailure(line: 1, message: "x\ry", sql: "select\r\n\t1;\u{7}")]))
        #expect(record.file == "a\\u{202E}b")
        #expect(record.failures.first?.sql == "select\n\t1;\\x07")
        #expect(record.failures.first?.message == "x; y")
    }

    @Test("a list of a million workers or failures is cut")
    func lists() throws {
        let record = FileRecord(id: 0, file: "a", outcome: .fail, finishedAt: 0, failures: Array(repeating: RecordFailure(line: 1, message: "m"), count: 10_000))
        #expect(try opened(record).failures.count == FileRecord.failuresKept)
    }
}
