@testable import Fleet
import Testing

@Suite("verdicts of earlier runs") struct CacheTests {
    @Test("a share is audited, rounded up, and drawn anew", arguments: [(0, 100, 0), (2, 622, 13), (2, 1, 1), (100, 50, 50), (2, 0, 0), (150, 10, 10), (-1, 10, 0)])
    func share(percent: Int, files: Int, audited: Int) {
        let drawn = FleetRun.audited(Array(0..<files), percent: percent)
        #expect(drawn.count == audited)
        #expect(Set(drawn).count == audited)
    }

    @Test("an audit differs in outcome and counts", arguments: [
        (Outcome.pass, 5, 1, nil), (.fail, 5, 1, "passed with 5 tests and 1 skipped in run r, and failed now"), (.timeout, 0, 0, "passed with 5 tests and 1 skipped in run r, and timed out now"),
        (.pass, 4, 1, "passed with 5 tests and 1 skipped in run r, and with 4 tests and 1 skipped now"), (.pass, 5, 0, "passed with 5 tests and 1 skipped in run r, and with 5 tests and 0 skipped now"),
    ] as [(Outcome, Int, Int, String?)])
    func difference(outcome: Outcome, tests: Int, skipped: Int, message: String?) throws {
        let audit = CachedFiles.Audit(id: 0, file: "a", known: KnownVerdict(run: "r", tests: 5, skipped: 1))
        let head = try #require(RecordHead(line: FileRecord(id: 0, file: "a", outcome: outcome, tests: tests, skipped: skipped, worker: 0, finishedAt: 1).json))
        #expect(audit.difference(head) == message)
    }

    @Test("the record of a file that was not run says so, and feeds no history of durations")
    func record() throws {
        var record = FileRecord(id: 0, file: "a", outcome: .pass, tests: 5, finishedAt: 1)
        record.cachedFrom = "r"
        let head = try #require(RecordHead(line: record.json))
        #expect(RecordLine.mayBeCached(record.json, head))
        #expect(try JSON.decode(FileRecord.self, record.json, Path("/")) == record)
        var run = FileRecord(id: 0, file: "a", outcome: .pass, tests: 5, worker: 0, finishedAt: 1, message: #""cachedFrom":""#)
        run.notCached = "line 3: random numbers"
        #expect(!RecordLine.mayBeCached(run.json, try #require(RecordHead(line: run.json))))
        #expect(RecordLine.mayBeExcluded(run.json))
        #expect(!RecordLine.mayBeExcluded(record.json))
        #expect(try JSON.decode(FileRecord.self, run.json, Path("/")) == run)
    }
}
