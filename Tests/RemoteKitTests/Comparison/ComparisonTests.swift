import Fleet
@testable import RemoteKit
import TestSupport
import Testing

@Suite("what is different between two runs") struct ComparisonTests {
    private func compare(_ earlier: [FileRecord], _ later: [FileRecord], isWhole: Bool = true) -> RunComparison {
        .between(ComparedRun(records: earlier, isWhole: isWhole), ComparedRun(records: later, isWhole: isWhole))
    }

    private func places(_ changes: [RunComparison.Change]) -> [String] { changes.map { $0.file + ($0.line.map { ":\($0)" } ?? "") } }

    @Test("a file that passed and fails is newly failing, with its first record and how many more; the other way round it is fixed")
    func files() {
        let good = FileRecord.passed("a.test"), bad = FileRecord.failed("a.test", .of("x", line: 10), .of("y", line: 20))
        let worse = compare([good], [bad])
        #expect(places(worse.newlyFailing) == ["a.test:10"])
        #expect(worse.newlyFailing[0].further == 1)
        #expect(worse.newlyFailing[0].kind == .wrongRows)
        #expect(worse.hasRegressions)
        let better = compare([bad], [good])
        #expect(places(better.fixed) == ["a.test:10"])
        #expect(!better.hasRegressions)
    }

    @Test("records are told apart by what they are, also when all lines have moved")
    func movedLines() {
        let before = FileRecord.failed("a.test", .of("same", line: 10), .of("mended", line: 20), .of("other", line: 30))
        let after = FileRecord.failed("a.test", .of("broken", line: 5), .of("same", line: 110), .of("other", line: 130, actual: "7"))
        let found = compare([before], [after])
        #expect(places(found.newlyFailing) == ["a.test:5"])
        #expect(places(found.fixed) == ["a.test:20"])
        #expect(places(found.stillFailing) == ["a.test:110"])
        #expect(places(found.failingOtherwise) == ["a.test:130"])
    }

    @Test("another kind of failure of the same record is another result")
    func kinds() {
        let found = compare([.failed("a.test", .of("x", line: 1))], [.failed("a.test", .of("x", line: 1, kind: .rowOrder))])
        #expect(places(found.failingOtherwise) == ["a.test:1"])
        #expect(!found.hasRegressions)
    }

    @Test("a record that the earlier run did not reach is no regression, and one that the later did not reach is not fixed")
    func unreached() {
        let found = compare([.failed("a.test", .of("x", line: 20), stoppedAt: 20)], [.failed("a.test", .of("y", line: 50), stoppedAt: 50)])
        #expect(places(found.failingUnseen) == ["a.test:50"])
        #expect(places(found.fixed) == ["a.test:20"])
        #expect(found.newlyFailing.isEmpty)
        let back = compare([.failed("a.test", .of("y", line: 50), stoppedAt: 50)], [.failed("a.test", .of("x", line: 20), stoppedAt: 20)])
        #expect(places(back.newlyFailing) == ["a.test:20"])
        #expect(back.fixed.isEmpty)
    }

    @Test("of records in included scripts nobody knows whether a file that stopped had come to them")
    func included() {
        var inside = RecordFailure.of("x", line: 2)
        inside.script = "part.slt"
        let found = compare([.failed("a.test", .of("y", line: 50), stoppedAt: 50)], [.failed("a.test", inside, stoppedAt: 60)])
        #expect(places(found.failingUnseen) == ["a.test:2"])
        #expect(found.failingUnseen[0].script == "part.slt")
        #expect(compare([.failed("a.test", .of("y", line: 50))], [.failed("a.test", inside)]).newlyFailing.count == 1)
        #expect(compare([.failed("a.test", inside)], [.failed("a.test", .of("y", line: 50), stoppedAt: 50)]).fixed.isEmpty)
    }

    @Test("of a list of failures that is full, what lies behind is not known")
    func fullLists() {
        let many = (1...FileRecord.failuresKept).map { RecordFailure.of("r\($0)", line: $0) }
        var before = FileRecord.failed("a.test", errors: 500)
        before.failures = many
        let found = compare([before], [.failed("a.test", .of("r1", line: 1), .of("late", line: 400), .of("r50b", line: 50))])
        #expect(places(found.failingUnseen) == ["a.test:400"])
        #expect(places(found.newlyFailing) == ["a.test:50"])
        #expect(found.fixed.count == FileRecord.failuresKept - 1)
    }

    @Test("consequences are folded under what they follow from, and are no failures of their own")
    func consequences() {
        let bad = FileRecord.failed("a.test", .of("insert", line: 1, kind: .unexpectedError), .of("select", line: 10, causedBy: 1), .of("again", line: 20, causedBy: 10))
        let found = compare([.passed("a.test")], [bad])
        #expect(places(found.newlyFailing) == ["a.test:1"])
        #expect(found.newlyFailing[0].followers == 2)
        #expect(found.newlyFailing[0].further == nil)
        // What was a consequence and fails by itself now failed before, too.
        let alone = compare([bad], [.failed("a.test", .of("select", line: 10))])
        #expect(alone.newlyFailing.isEmpty)
        #expect(places(alone.stillFailing) == ["a.test:10"])
        #expect(places(alone.fixed) == ["a.test:1"])
        // And the other way round: it is not fixed while it fails as a consequence.
        let folded = compare([.failed("a.test", .of("select", line: 10))], [bad])
        #expect(places(folded.newlyFailing) == ["a.test:1"])
        #expect(folded.fixed.isEmpty)
    }

    @Test("causes that lead forwards or in circles are none")
    func hostileCauses() {
        let bad = FileRecord.failed("a.test", .of("x", line: 1, causedBy: 10), .of("y", line: 10, causedBy: 10), .of("z", line: 20, causedBy: 999))
        #expect(compare([.passed("a.test")], [bad]).newlyFailing.first?.further == 2)
    }

    @Test("a flaky record is listed apart, a failing one beside it is not")
    func flaky() {
        let flaky = FileRecord.passed("a.test").flaky(FlakyRecord(line: 10, failed: 1, runs: 2, identity: RecordIdentity(digest: "x", occurrence: 1)))
        let found = compare([flaky], [.failed("a.test", .of("x", line: 10), .of("y", line: 20))])
        #expect(places(found.flaky) == ["a.test:10"])
        #expect(places(found.newlyFailing) == ["a.test:20"])
        #expect(compare([.failed("a.test", .of("x", line: 10))], [flaky]).fixed.isEmpty)
        #expect(compare([FileRecord.passed("a.test").flaky()], [.ended("a.test", .timeout)]).newlyFailing.isEmpty)
    }

    @Test("files as a whole: a crash is new where the file went on before; a time-out is the same whatever it says")
    func wholeFiles() {
        #expect(places(compare([.passed("a.test")], [.ended("a.test", .crashed, "killed by SIGSEGV", stoppedAt: 7)]).newlyFailing) == ["a.test:7"])
        #expect(compare([.ended("a.test", .timeout, "after 5 s")], [.ended("a.test", .timeout, "after 6 s")]).stillFailing.count == 1)
        #expect(compare([.ended("a.test", .crashed, "SIGSEGV")], [.ended("a.test", .crashed, "SIGABRT")]).failingOtherwise.count == 1)
        #expect(compare([.ended("a.test", .timeout)], [.ended("a.test", .crashed)]).failingOtherwise.count == 1)
        let failed = FileRecord.failed("a.test", .of("x", line: 10))
        #expect(compare([failed], [.ended("a.test", .crashed, stoppedAt: 50)]).newlyFailing.count == 1)
        #expect(compare([FileRecord.failed("a.test", .of("x", line: 10), stoppedAt: 10)], [.ended("a.test", .crashed, stoppedAt: 50)]).newlyFailing.isEmpty)
    }

    @Test("files that are new, gone, no longer run, or run for the first time are told as that, and are no regressions")
    func verdicts() {
        let found = compare([.passed("gone.test"), .passed("blocked.test"), .failed("skipped.test", .of("x", line: 1)), .ended("first.test", .untested)],
                            [.failed("new.test", .of("x", line: 1)), .ended("blocked.test", .blocked, "why"), .ended("skipped.test", .skipped), .failed("first.test", .of("x", line: 1))])
        #expect(found.disappeared == ["gone.test"])
        #expect(found.new == ["new.test"])
        #expect(places(found.noLongerRun) == ["blocked.test", "skipped.test"])
        #expect(found.noLongerRun[0].message == "why")
        #expect(places(found.failingUnseen) == ["first.test:1", "new.test:1"])
        #expect(found.fixed.isEmpty)
        #expect(!found.hasRegressions)
        let partial = compare([.passed("a.test")], [.passed("b.test")], isWhole: false)
        #expect(partial.new.isEmpty && partial.disappeared.isEmpty)
    }

    @Test("records of older releases, which have no identity, are told by their text")
    func olderReleases() {
        func old(_ sql: String, _ line: Int) -> RecordFailure { RecordFailure(line: line, message: "wrong result", sql: sql, expected: "2", actual: "1") }
        let before = FileRecord.failed("a.test", old("SELECT  same", 13), old("SELECT mended", 23))
        let found = compare([before], [.failed("a.test", .of("same", line: 40), .of("broken", line: 50))])
        #expect(places(found.stillFailing) == ["a.test:40"])
        #expect(places(found.newlyFailing) == ["a.test:50"])
        #expect(places(found.fixed) == ["a.test:23"])
    }

    @Test("names and messages of any kind are compared as they are")
    func oddNames() {
        let name = "a\n\"b\"<script>,=1+1\u{202E}.test"
        #expect(compare([.passed(name)], [.failed(name, .of("x", line: 1))]).newlyFailing.map(\.file) == [name])
        #expect(compare([], []) == RunComparison())
    }

    // MARK: two runs

    @Test("what makes runs hard to compare is told: another engine, host, project, dialect, the same sources, a run that is not full")
    func cautions() throws {
        func engine(_ version: String?, host: String) -> EngineIdentity {
            var engine = EngineIdentity(name: "sqlite")
            (engine.version, engine.host) = (version, host)
            return engine
        }
        func cautions(_ change: (inout WrittenRun) -> Void, host: String = "box") throws -> [RunPair.Caution] {
            var earlier = WrittenRun("20261101-100000.000001-aaaa", [.passed("a.test", cpu: 1)]), later = WrittenRun("20261102-100000.000001-aaaa", [.passed("a.test", cpu: 9)])
            (earlier.engine, later.engine) = (engine("1", host: "m"), engine("1", host: "m"))
            (earlier.source, later.source) = (SourceState(treeDigest: "1"), SourceState(treeDigest: "2"))
            change(&later)
            let root = try TemporaryFolder()
            let pair = try RunPair(earlier.write(to: root), later.write(to: root, host: host), in: RunCatalog(root: root.path))
            #expect(pair.comparison.slower.isEmpty == pair.cautions.contains(.host), "\(pair.cautions)")
            #expect(pair.later.run == later.id && pair.later.passed == 1)
            return pair.cautions
        }
        #expect(try cautions { _ in } == [])
        #expect(try cautions { $0.engine = engine("2", host: "m") } == [.engine])
        #expect(try cautions { $0.engine = nil } == [.engineUnknown])
        #expect(try cautions { $0.engine = engine("1", host: "n") } == [.host])
        #expect(try cautions({ $0.engine = nil }, host: "other") == [.engineUnknown, .host])
        #expect(try cautions { $0.project = "other" } == [.project])
        #expect(try cautions { $0.source?.treeDigest = "1" } == [.sameSources])
        #expect(try cautions { $0.isWholeSuite = false } == [.laterIsPartial])
        #expect(try cautions { $0.end = nil } == [.laterIsPartial])
        #expect(try cautions { $0.id = "20261031-100000.000001-aaaa" } == [.reversed])
    }
}
