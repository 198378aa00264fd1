import Fleet
@testable import RemoteKit
import TestSupport
import Testing

@Suite("a run judged by what was known") struct JudgementTests {
    private func judge(_ records: [FileRecord], _ known: KnownFailure..., pins: [PinnedFiles] = [], pinned: [Outcome] = [], day: String = "2026-06-15", dialect: String = "sqlite") -> Judgement {
        var judge = Judge(KnownFailures(failures: known, keptOut: pins, pinned: pinned + pins.map(\.outcome)), day: day, stopsAtFailure: dialect == "rs")
        for record in records { judge.add(record) }
        return judge.end(outcomes: records.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }, total: records.count, obstacle: nil)
    }

    private func known(_ name: String, _ kind: FailureKind = .wrongRows, file: String = "a.test", expires: String? = nil) -> KnownFailure {
        KnownFailure(file: file, record: RecordIdentity(digest: name, occurrence: 1), kind: kind, reason: "why", expires: expires)
    }

    private let good = FileRecord.passed("good.test")
    private let bad = FileRecord.failed("a.test", .of("x", line: 10))

    @Test("a known failure is not red, and counts as failed all the same")
    func isKnown() {
        let found = judge([good, bad], known("x"))
        #expect(found.exitCode == .passed)
        #expect(found.known.map(\.file) == ["a.test"])
        #expect(found.known[0].entry?.reason == "why")
        #expect(found.new.isEmpty && found.fixed.isEmpty && !found.isRed)
        #expect(judge([bad], known("x")).exitCode == .passed)
    }

    @Test("a new failure is red, also in a file with known ones, and another kind of a known one is new")
    func isNew() {
        #expect(judge([good, bad]).exitCode == .testsFailed)
        let beside = judge([.failed("a.test", .of("x", line: 10), .of("y", line: 20))], known("x"))
        #expect(beside.exitCode == .testsFailed)
        #expect(beside.known.count == 1 && beside.new.map(\.line) == [20])
        let other = judge([good, bad], known("x", .rowOrder))
        #expect(other.exitCode == .testsFailed)
        #expect(other.new.first?.entry?.kind == .rowOrder)
        #expect(other.fixed.isEmpty)
        // The same SQL in another file, or another occurrence of it, is another record.
        #expect(judge([bad], known("x", file: "b.test")).new.count == 1)
        var second = known("x")
        second.record?.occurrence = 2
        #expect(judge([bad], second).new.count == 1)
    }

    @Test("a fixed one is told, and not red; one that was not reached is neither known nor fixed")
    func isFixed() {
        let found = judge([good, .passed("a.test")], known("x"))
        #expect(found.exitCode == .passed && found.fixed == [known("x")])
        let inFailing = judge([.failed("a.test", .of("y", line: 20))], known("x"), known("y"))
        #expect(inFailing.exitCode == .passed && inFailing.fixed == [known("x")])
        for unreached in [FileRecord.failed("a.test", .of("y", line: 20), stoppedAt: 20), .ended("a.test", .untested), .ended("a.test", .blocked), .ended("a.test", .crashed)] {
            let found = judge([good, unreached], known("x"), known("y"))
            #expect(!found.fixed.contains(known("x")), "\(unreached.outcome)")
            #expect(found.notReached >= 1)
        }
        #expect(judge([good], known("x")).notReached == 1)
    }

    @Test("its last day counts, the day after is red")
    func expires() {
        #expect(judge([good, bad], known("x", expires: "2026-06-15")).exitCode == .passed)
        let over = judge([good, bad], known("x", expires: "2026-06-14"))
        #expect(over.exitCode == .testsFailed && over.expired.count == 1 && over.known.isEmpty && over.new.isEmpty)
        #expect(judge([good, .passed("a.test")], known("x", expires: "2020-01-01")).exitCode == .passed)
    }

    @Test("records hidden behind a known failure are untested: incomplete, unless something is red")
    func hidden() {
        let stopped = FileRecord.failed("a.test", .of("x", line: 10), stoppedAt: 10)
        let found = judge([good, stopped], known("x"))
        #expect(found.exitCode == .incomplete && found.hiddenUntested == 1)
        #expect(judge([stopped, .failed("b.test", .of("y", line: 1))], known("x")).exitCode == .testsFailed)
        // Records of older releases do not say where they stopped; their dialect does.
        var old = FileRecord.failed("a.test", RecordFailure(line: 3, message: "wrong result", sql: "SELECT 1"))
        old.failures[0].kind = nil
        let identity = FailingRecord.list(old).roots[0].identity
        let entry = KnownFailure(file: "a.test", record: identity, kind: .other)
        #expect(judge([good, old], entry, dialect: "rs").exitCode == .incomplete)
        #expect(judge([good, old], entry).exitCode == .passed)
    }

    @Test("consequences need no entry of their own")
    func consequences() {
        let found = judge([.failed("a.test", .of("x", line: 10), .of("y", line: 20, causedBy: 10))], known("x"), known("y"))
        #expect(found.exitCode == .passed && found.known.map(\.followers) == [1])
        // An entry of one that is a consequence now is not fixed.
        #expect(found.fixed.isEmpty)
    }

    @Test("failures that the record does not name are unknown, and red")
    func unnamed() {
        var many = FileRecord.failed("a.test", errors: 150)
        many.failures = (1...100).map { .of("r\($0)", line: $0) }
        var judge = Judge(KnownFailures(failures: (1...100).map { known("r\($0)") } + [known("r101")]), day: "2026-01-01", stopsAtFailure: false)
        judge.add(many)
        let found = judge.end(outcomes: [.fail: 1], total: 1, obstacle: nil)
        #expect(found.exitCode == .testsFailed && found.known.count == 100)
        #expect(found.new.map(\.unnamed) == [50])
        #expect(found.notReached == 1)
        many.consequences = 50
        var again = Judge(KnownFailures(failures: (1...100).map { known("r\($0)") }), day: "2026-01-01", stopsAtFailure: false)
        again.add(many)
        #expect(again.end(outcomes: [.fail: 1], total: 1, obstacle: nil).new.isEmpty)
    }

    @Test("a file as a whole can be known by how it ends", arguments: [Outcome.timeout, .crashed, .outOfMemory, .unreadable, .fail])
    func wholeFiles(outcome: Outcome) {
        let entry = KnownFailure(file: "a.test", outcome: outcome)
        let found = judge([good, .ended("a.test", outcome, "after 5 s", stoppedAt: outcome == .fail ? nil : 7)], entry)
        #expect(found.exitCode == .passed && found.known.count == 1)
        #expect(judge([good, .passed("a.test")], entry).fixed == [entry])
        let other: Outcome = outcome == .timeout ? .crashed : .timeout
        #expect(judge([good, .ended("a.test", other)], entry).exitCode == .testsFailed)
        #expect(judge([good, .ended("a.test", outcome)], known("x")).exitCode == .testsFailed)
    }

    @Test("what is flaky is neither known nor fixed by having passed")
    func flaky() {
        let x = FlakyRecord(line: 10, failed: 1, runs: 2, identity: RecordIdentity(digest: "x", occurrence: 1))
        #expect(judge([FileRecord.passed("a.test").flaky(x)], known("x"), known("y")).fixed == [known("y")])
        #expect(judge([FileRecord.passed("a.test").flaky()], known("x")).fixed.isEmpty)
    }

    @Test("pins that are plain names mean what a glob of them means")
    func pinTable() {
        let table = PinTable(["a.test", "./b/c.test", "*.test", "b/**", "x\\*.test", "{a,d}.test", "..", "a.test"].map { PinnedFiles(files: $0, outcome: .blocked) })
        #expect(table.matching("a.test").sorted() == [0, 2, 5, 7])
        #expect(table.matching("b/c.test").sorted() == [1, 3])
        #expect(table.matching("x*.test").sorted() == [2, 4])
        #expect(table.matching("xy.test") == [2])
        #expect(table.matching("d.test").sorted() == [2, 5])
        #expect(table.matching("e").isEmpty)
        #expect(PinTable([]).isEmpty)
    }

    @Test("a skip that is not pinned is red where its kind is, a pinned one is not, and one that runs is told")
    func pins() {
        let blocked = FileRecord.ended("slow/a.test", .blocked, "too slow"), skipped = FileRecord.ended("b.test", .skipped, "no tests")
        let pin = PinnedFiles(files: "slow/*", outcome: .blocked)
        #expect(judge([good, blocked, skipped], pins: [pin]).exitCode == .passed)
        let unexpected = judge([good, blocked, skipped], pins: [pin], pinned: [.skipped])
        #expect(unexpected.exitCode == .testsFailed && unexpected.unexpectedSkips.map(\.path) == ["b.test"])
        // The same file kept out for another cause is another thing.
        #expect(judge([good, .ended("slow/a.test", .unsupported)], pins: [pin], pinned: [.unsupported]).exitCode == .testsFailed)
        #expect(judge([good, .ended("slow/a.test", .unsupported)], pins: [pin]).exitCode == .passed)
        let runs = judge([good, .passed("slow/a.test")], pins: [pin])
        #expect(runs.exitCode == .passed && runs.unpinned == [pin])
        #expect(judge([good, .passed("slow/c.test"), blocked], pins: [pin]).unpinned.isEmpty)
        #expect(judge([good, blocked], pinned: [.blocked]).unexpectedSkips.count == 1)
        #expect(judge([good, blocked, skipped]).exitCode == .passed)
    }

    @Test("an incomplete run stays incomplete, a run of nothing has shown nothing, and the engine's code stays")
    func incomplete() {
        #expect(judge([good, bad, .ended("c.test", .untested)], known("x")).exitCode == .incomplete)
        #expect(judge([]).exitCode == .incomplete)
        var lost = Judge(KnownFailures(failures: [known("x")]), day: "2026-01-01", stopsAtFailure: false)
        lost.add(bad)
        #expect(lost.end(outcomes: [.fail: 1], total: 2, obstacle: nil).exitCode == .incomplete)
        #expect(lost.end(outcomes: [.fail: 1, .untested: 1], total: 2, obstacle: .engine).exitCode == .engine)
    }

    @Test("rounds of a soak run say it together: fixed is what never failed")
    func soak() {
        let found = judge([good, .passed("a.test"), bad], known("x"))
        #expect(found.fixed.isEmpty && found.known.count == 1)
        #expect(judge([good, bad, .passed("a.test")], known("x")).fixed.isEmpty)
    }

    // MARK: folders

    @Test("a run is judged by its own list and its own day, whenever that is")
    func ownList() throws {
        let root = try TemporaryFolder()
        var run = WrittenRun("20260614-100000.000001-aaaa", [good, bad])
        #expect(try run.write(to: root).judgement() == nil)
        run.known = KnownFailures(failures: [known("x", expires: "2026-06-14")])
        #expect(try run.write(to: root).judgement()?.exitCode == .passed)
        run.id = "20260615-100000.000001-aaaa"
        #expect(try run.write(to: root).judgement()?.expired.count == 1)
        run.end = nil
        run.known = KnownFailures(failures: [known("x")])
        run.id = "20260616-100000.000001-aaaa"
        #expect(try run.write(to: root).judgement()?.exitCode == .incomplete)
    }

    @Test("a list from a host that is damaged is an error; odd names, globs and counts in it do nothing")
    func hostileList() throws {
        let root = try TemporaryFolder()
        var run = WrittenRun("20260614-100000.000001-aaaa", [good, bad])
        run.known = KnownFailures(failures: [KnownFailure(file: "\u{1B}[2J", record: RecordIdentity(digest: "x", occurrence: .max)), KnownFailure(file: "", outcome: .pass)],
                                  keptOut: [PinnedFiles(files: "[", outcome: .pass), PinnedFiles(files: "/../x", outcome: .blocked)], pinned: [.pass])
        #expect(try run.write(to: root).judgement()?.exitCode == .testsFailed)
        try root.write("{\"version\":1", to: "box/\(run.id)/known-failures.json")
        #expect(throws: RemoteError.self) { try RunFolder(path: root.file("box/\(run.id)")).judgement() }
    }
}
