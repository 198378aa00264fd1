import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport
import Testing

@Suite("what the history answers") struct HistoryAnswerTests {
    private let folder: TemporaryFolder
    private let key = SuiteKey(project: "db", engine: "sqlite")
    private var history: RunHistory { folder.history }

    init() throws {
        folder = try TemporaryFolder()
        var consequence = MadeRun.failure(30, "no such table: t9")
        consequence.causedBy = 12
        var stopped = MadeRun.file("tests/sub/b.test", .timeout, duration: 10, failures: [MadeRun.failure(5, digest: "bb")])
        stopped.stoppedAt = 20
        var filtered = MadeRun(4, [MadeRun.file("tests/new.test")])
        filtered.filters = ["new"]
        for run in [
            MadeRun(1, [MadeRun.file("tests/a.test", duration: 1), MadeRun.file("tests/sub/b.test", .fail, duration: 4, failures: [MadeRun.failure(9, "x", digest: "bb")])]),
            MadeRun(2, [MadeRun.file("tests/a.test", duration: 3), MadeRun.file("tests/sub/b.test", duration: 6), MadeRun.file("tests/c.test")]),
            MadeRun(3, [MadeRun.file("tests/a.test", .fail, duration: 2, failures: [MadeRun.failure(12, "no such table: t1"), consequence, MadeRun.failure(40, "no such table: t2", kind: .rowOrder)]),
                        stopped, MadeRun.file("tests/c.test", .blocked)]),
            filtered,
        ] { _ = history.note(try run.write(to: folder)) }
    }

    @Test("failures are counted by file, category, message and kind, consequences apart")
    func failures() throws {
        let counts = { (by: RunHistory.Grouping) in try history.failures(by: by, in: key).groups.map { "\($0.key) \($0.failures) \($0.consequences) \($0.files) \($0.total ?? 0)" } }
        #expect(try history.failures(by: .file, in: key).run == MadeRun.id(3))
        #expect(try counts(.file) == ["tests/sub/b.test 2 0 1 0", "tests/a.test 2 1 1 0"].sorted())
        #expect(try counts(.category) == ["other 2 1 1 2", "sub 2 0 1 1"])
        #expect(try counts(.message) == ["no such table: tN 2 1 1 0", "said of tests/sub/b.test 1 0 1 0", "wrong result 1 0 1 0"])
        #expect(try counts(.kind) == ["wrong-rows 2 1 2 0", "row-order 1 0 1 0", "timeout 1 0 1 0"])
        #expect(try history.failures(by: .file, in: key, run: MadeRun.id(1)).groups.map(\.key) == ["tests/sub/b.test"])
        #expect(throws: RemoteError.self) { try history.failures(by: .file, in: key, run: "none") }
    }

    @Test("a record with several wrong values is one failure, and failures whose record is not known are one each")
    func values() throws {
        var second = MadeRun.failure(10), unknown = MadeRun.failure(0)
        second.recordLine = 9
        unknown.recordLine = nil
        var run = MadeRun(9, [MadeRun.file("a.test", .fail, failures: [MadeRun.failure(9), second, unknown, unknown, MadeRun.failure(20)])])
        run.project = "wide"
        _ = history.note(try run.write(to: folder))
        #expect(try history.failures(by: .file, in: SuiteKey(project: "wide", engine: "sqlite")).groups.map(\.failures) == [4])
    }

    @Test("the slowest files have the medians of earlier runs")
    func slow() throws {
        let (run, files) = try history.slowest(in: key, limit: 2)
        #expect(run == MadeRun.id(3))
        #expect(files.map(\.file) == ["tests/sub/b.test", "tests/a.test"])
        #expect(files.map(\.medianDuration) == [5, 2])
        #expect(files.map(\.runs) == [2, 2])
    }

    @Test("untested are files without a verdict in the last full run, never tested ones first")
    func untested() throws {
        let (run, count, files) = try history.untested(in: key, limit: 10)
        #expect(run == MadeRun.id(3))
        #expect(count == 2)
        #expect(files.map(\.file) == ["tests/new.test", "tests/c.test"])
        #expect(files[1].lastTestedRun == MadeRun.id(2))
        #expect(files[1].outcome == .blocked)
        #expect(files[1].reason == "said of tests/c.test")
    }

    @Test("a record is followed where its line moves, and is not reached where its file ended before it")
    func record() throws {
        let past = try history.past(of: "sub/b.test", line: 5, in: key, limit: 10)
        #expect(past.file == "tests/sub/b.test")
        #expect(past.identity == RecordIdentity(digest: "bb", occurrence: 1))
        #expect(past.runs.map(\.record) == [.failed, .passed, .failed])
        #expect(past.runs.map(\.line) == [5, nil, 9])
        let late = try history.past(of: "tests/a.test", line: 40, in: key, limit: 10)
        #expect(late.runs.map(\.record) == [.failed, .passed, .passed])
        #expect(try history.past(of: "tests/a.test", line: nil, in: key, limit: 1).runs.map(\.outcome) == [.fail])
        for (name, line) in [("tests/none.test", nil), ("tests/a.test", 41), (".test", nil)] as [(String, Int?)] {
            #expect(throws: RemoteError.self) { try history.past(of: name, line: line, in: key, limit: 10) }
        }
    }

    @Test("the suite that is meant is the named one, the preferred one, or that of the latest run")
    func choice() throws {
        var other = MadeRun(9, [MadeRun.file("x.test")])
        other.project = "other"
        _ = history.note(try other.write(to: folder))
        #expect(try history.suites().map(\.project) == ["other", "db"])
        #expect(try history.choose(preferred: key)?.project == "db")
        #expect(try history.choose(preferred: SuiteKey(project: "db", engine: "postgres"))?.engine == "sqlite")
        #expect(try history.choose(preferred: SuiteKey(project: "unknown", engine: "sqlite"))?.project == "other")
        let error = #expect(throws: RemoteError.self) { try history.choose(named: "none") }
        #expect(error?.message.contains("other (sqlite), db (sqlite)") == true)
        #expect(try history.runs(of: "db", limit: 10).map(\.isFull) == [false, true, true, true])
        #expect(try history.runs(of: nil, fullOnly: true, limit: 2).map(\.run) == [9, 3].map(MadeRun.id))
    }

    @Test("what to expect of files is the median of their durations, and the latest verdict of any run")
    func expectations() throws {
        var alone = MadeRun(5, [MadeRun.file("tests/a.test", duration: 7)])
        alone.filters = ["a"]
        _ = history.note(try alone.write(to: folder))
        let known = try #require(try history.expectations(of: key))
        #expect(known.lastRun == MadeRun.id(5))
        #expect(known.files == [
            .init(file: "tests/a.test", seconds: 2.5, failed: nil), .init(file: "tests/c.test", seconds: 0.5, failed: nil),
            .init(file: "tests/new.test", seconds: 0.5, failed: nil), .init(file: "tests/sub/b.test", seconds: 6, failed: true),
        ])
        #expect(try history.expectations(of: SuiteKey(project: "none", engine: "sqlite")) == nil)
    }
}
