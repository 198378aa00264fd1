@testable import Fleet
import Glibc
import Testing

@Suite("verdicts of earlier runs") struct CacheTests {
    /// Knows a verdict on every file.
    private struct AllKnown: VerdictMemory {
        var reason: String?
        var engine: EngineIdentity?
        func recall(_ files: [(id: Int, file: SuiteFile)]) -> [Int: KnownVerdict] {
            Dictionary(uniqueKeysWithValues: files.map { ($0.id, KnownVerdict(run: "run-0", tests: 3, skipped: 0)) })
        }
        func conclude(isDistrusted: Bool, mayKeep: (Int) -> Bool) {}
    }

    private func started(_ fixture: FleetFixture) throws -> FleetRun {
        try FleetRun(try #require(fixture.directory), executable: Path(FleetFixture.probe), memory: AllKnown())
    }

    @Test("known files are published before anything is claimed, and whoever goes on with the run knows them")
    func recall() throws {
        let fixture = try FleetFixture()
        try fixture.toys(Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0).toy", "pass") }))
        let directory = try fixture.make { $0.cached = CacheRule(auditPercent: 20) }
        var run = try started(fixture)
        try run.recallVerdicts()
        #expect(run.cached?.use == CacheUse(taken: 4, audited: 1))
        #expect(run.index.present == 4)
        #expect(try directory.status().cache?.taken == 4)
        let published = try (0..<5).filter { try directory.record($0)?.cachedFrom == "run-0" }
        #expect(published.count == 4)

        var again = try started(fixture)
        #expect(again.index.present == 4)
        try again.recallVerdicts()
        #expect(again.cached == run.cached)
        #expect(again.board.supervisor.tally.files == 4)
        #expect(try fixture.finished().count == 4)
    }

    @Test("once a file is claimed nothing more is taken, and what is audited is known from before")
    func resumed() throws {
        let fixture = try FleetFixture()
        try fixture.toys(["a.toy": "pass", "b.toy": "pass"])
        _ = try fixture.make { $0.cached = CacheRule(auditPercent: 100) }
        var run = try started(fixture)
        try run.recallVerdicts()
        let audits = run.cached?.audits
        #expect(audits?.count == 2)
        _ = try Cursor(run.layout.cursor).advance(below: 2) { $0 }
        var again = try started(fixture)
        try again.recallVerdicts()
        #expect(again.cached?.audits == audits)
        #expect(again.index.present == 0)
    }

    @Test("a run that asks for nothing takes nothing")
    func isOffByDefault() throws {
        let fixture = try FleetFixture()
        try fixture.toys(["a.toy": "pass"])
        _ = try fixture.make()
        var run = try started(fixture)
        try run.recallVerdicts()
        #expect(run.cached == nil)
        #expect(run.index.present == 0)
    }

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
