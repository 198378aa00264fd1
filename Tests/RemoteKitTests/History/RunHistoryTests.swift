import Fleet
import FoundationEssentials
import GRDB
@testable import RemoteKit
import TestSupport
import Testing

@Suite("the history") struct RunHistoryTests {
    private let folder: TemporaryFolder
    private var history: RunHistory { folder.history }

    init() throws { folder = try TemporaryFolder() }

    /// Everything that is documented, without numbers that an import gives.
    static func content(of history: RunHistory) throws -> [String] {
        try history.file.read { database in
            try HistoryViews.all.flatMap { view in
                try Row.fetchAll(database, sql: "SELECT * FROM \(view.name)").map { row in
                    view.name + ": " + row.filter { $0.0 != "result_id" }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
                }
            }.sorted()
        }
    }

    private func made() -> [MadeRun] {
        var flaky = MadeRun.file("tests/d.test", .fail, failures: [MadeRun.failure(9)])
        flaky.flaky = true
        flaky.flakyRecords = [FlakyRecord(line: 9, failed: 1, runs: 2, identity: RecordIdentity(digest: "ff", occurrence: 2))]
        var filtered = MadeRun(3, [MadeRun.file("tests/a.test", .fail)])
        filtered.filters = ["a"]
        var live = MadeRun(5, [MadeRun.file("tests/a.test"), MadeRun.file("tests/\u{1}\"n\\\n.test")])
        live.hasEnded = false
        return [
            MadeRun(1, [MadeRun.file("tests/a.test"), MadeRun.file("tests/b.test", .fail, failures: [MadeRun.failure(4), MadeRun.failure(8, "x", sql: "'")])]),
            MadeRun(2, [MadeRun.file("tests/a.test"), MadeRun.file("tests/b.test", .timeout), flaky, MadeRun.file("tests/é\"\\.test")]),
            filtered,
            MadeRun(4, [MadeRun.file("tests/a.test", .fail, failures: [MadeRun.failure(4)]), MadeRun.file("tests/index/c.test", .blocked)]),
            live,
        ]
    }

    @Test("made again, in any order, it has the same content")
    func rebuilt() throws {
        for run in made().reversed() {
            let place = try run.write(to: folder)
            #expect(history.note(place) == nil)
        }
        let first = try Self.content(of: history)
        #expect(first.count > 30)
        let report = try history.rebuild()
        #expect(report.imported == made().map(\.id))
        #expect(report.problems.isEmpty)
        #expect(try Self.content(of: history) == first)
        #expect(below(folder.path).filter { $0.contains(".new-") }.isEmpty)
    }

    @Test("a bundle is imported under the host that it names, and is there again when the history is made anew")
    func bundle() throws {
        let bundle = folder.file("one.tar.zst"), other = RunHistory(path: folder.file("other.sqlite"), catalog: RunCatalog(root: folder.file("none")))
        try RunFolder(path: try made()[0].write(to: folder, host: "box")).writeBundle(to: bundle)
        #expect(try other.importRuns([bundle]).imported.count == 1)
        #expect(try other.rebuild().imported.count == 1)
        #expect(try other.file.read { try String.fetchAll($0, sql: "SELECT host FROM runs") } == ["box"])
    }

    @Test("a run that is noted twice, or found in two folders, is there once")
    func idempotent() throws {
        let run = made()[0]
        let place = try run.write(to: folder, host: "box")
        _ = history.note(place)
        let first = try Self.content(of: history)
        #expect(history.note(place) == nil)
        #expect(try history.importRuns([folder.file("results")]).known == 1)
        #expect(try Self.content(of: history) == first)
        try run.write(to: folder, host: "also")
        #expect(try history.importRuns([folder.file("results")]).imported.isEmpty)
        #expect(try history.file.read { try String.fetchAll($0, sql: "SELECT host FROM runs") } == ["also"])
    }

    @Test("a run that had not ended is replaced when all of it has come")
    func completed() throws {
        var run = made()[0]
        run.hasEnded = false
        let place = try run.write(to: folder)
        _ = history.note(place)
        #expect(try history.file.read { try Int.fetchAll($0, sql: "SELECT is_full FROM runs") } == [0])
        run.hasEnded = true
        try run.write(to: folder)
        #expect(history.note(place) == nil)
        #expect(try history.file.read { try Int.fetchAll($0, sql: "SELECT is_full FROM runs") } == [1])
        #expect(try history.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM results") } == 2)
    }

    @Test("what is asked of the past is answered from full runs of the same suite")
    func past() throws {
        for run in made() { _ = history.note(try run.write(to: folder)) }
        var other = MadeRun(6, [MadeRun.file("tests/a.test", .fail)])
        other.project = "another"
        _ = history.note(try other.write(to: folder))
        let last = try RunFolder(path: try MadeRun(7, [MadeRun.file("tests/a.test", .fail)]).write(to: folder))
        let pasts = try history.pasts(before: last, files: ["tests/a.test", "tests/b.test", "tests/index/c.test", "tests/none.test"])
        #expect(pasts["tests/a.test"] == FailurePast(runs: 3, failed: 1, firstCommit: "c4", firstAt: 1_764_000_240))
        #expect(pasts["tests/b.test"] == FailurePast(runs: 2, failed: 2, firstCommit: "c1", firstAt: 1_764_000_060))
        #expect(pasts.count == 2)
        #expect(try history.pasts(before: last, files: ["tests/a.test"], limit: 2)["tests/a.test"]?.runs == 2)
        #expect(try history.pasts(before: last, files: ["tests/b.test"], limit: 1)["tests/b.test"] == FailurePast(runs: 1, failed: 1, firstCommit: "c1", firstAt: 1_764_000_060))
        #expect(try history.lastFull(before: last)?.id == MadeRun.id(4))
        #expect(try history.trend(of: last, limit: 3).map(\.run) == [2, 4, 7].map(MadeRun.id))
        #expect(try history.trend(of: last, limit: 3).map(\.failed) == [2, 1, 1])
    }

    @Test("without a database nothing is known, and nothing fails")
    func missing() throws {
        let run = try RunFolder(path: try made()[0].write(to: folder))
        #expect(try history.pasts(before: run, files: ["tests/a.test"]).isEmpty)
        #expect(try history.lastFull(before: run) == nil)
        #expect(try history.trend(of: run, limit: 5).map(\.run) == [run.spec.id])
    }
}
