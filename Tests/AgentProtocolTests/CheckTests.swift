import AgentProtocol
import Fleet
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
