@testable import Fleet
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

    @Test("a run that is noted while the history is made again is in the new one, and so is one that has come to its end meanwhile")
    func meanwhile() throws {
        var live = made()[0]
        live.hasEnded = false
        _ = history.note(try live.write(to: folder))
        var isNoted = false
        let report = try history.rebuild { number, count in
            // All runs that were there have been taken in.
            guard number == count, !isNoted else { return }
            isNoted = true
            live.hasEnded = true
            for run in [live, made()[1]] { #expect((try? run.write(to: folder)).map { history.note($0) } == .some(nil)) }
        }
        #expect(isNoted)
        #expect(report.problems.isEmpty)
        #expect(try history.file.read { try String.fetchAll($0, sql: "SELECT run FROM runs WHERE is_full ORDER BY run") } == [1, 2].map(MadeRun.id))
        #expect(below(folder.path).filter { $0.contains(".new-") }.isEmpty)
    }

    @Test("where the results are gone, the history stays, and the error says so")
    func gone() throws {
        _ = history.note(try made()[0].write(to: folder))
        let before = try Self.content(of: history)
        try FileManager.default.removeItem(atPath: folder.file("results"))
        for _ in 1...2 {
            let error = #expect(throws: RemoteError.self) { try history.rebuild() }
            #expect(error?.message.contains("it has 1 run of \(folder.file("results")), and none is there any more") == true, "\(error?.message ?? "")")
            #expect(try Self.content(of: history) == before)
            // An empty one is what is left where a disk is not mounted.
            try FileManager.default.createDirectory(atPath: folder.file("results"), withIntermediateDirectories: true)
        }
    }

    @Test("figures that no run can have end no import, and the bundle of such a run can be written")
    func hostileFigures() throws {
        for (number, count) in [(1, Int.max), (2, Int.min)] {
            let place = try MadeRun(number, [MadeRun.file("tests/a.test", .fail)]).write(to: folder)
            let summary = RunSummary(id: MadeRun.id(number), workspace: "/w/db", end: .drained, startedAt: 1e300, finishedAt: 1e300, wall: 1e300, total: count,
                                     outcomes: [.pass: count, .fail: count, .timeout: count, .crashed: count], tests: count, skippedRecords: count, errors: count, workers: count,
                                     restarts: count, lateResults: count)
            try folder.write(String(decoding: try JSONEncoder().encode(summary), as: UTF8.self), to: "results/box/\(MadeRun.id(number))/summary.json")
            var record = MadeRun.file("tests/a.test", .fail)
            (record.tests, record.errors, record.attempt, record.duration) = (count, count, count, 1e300)
            try folder.write(Array(repeating: String(decoding: record.json, as: UTF8.self) + "\n", count: 3).joined(), to: "results/box/\(MadeRun.id(number))/records.jsonl")
            _ = history.note(place)
            try RunFolder(path: place).writeBundle(to: folder.file("\(number).tar.zst"))
        }
        #expect(try history.runs(of: nil, limit: 9).count == 2)
        #expect(try history.rebuild().imported.count == 2)
        #expect(try Self.content(of: history).count > 4)
        #expect(try RunFolder(path: folder.file("1.tar.zst")).summary != nil)
    }
}
