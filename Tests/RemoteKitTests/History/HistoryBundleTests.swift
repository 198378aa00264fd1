import Fleet
import FoundationEssentials
import GRDB
@testable import RemoteKit
import TestSupport
import Testing

@Suite("the history of runs that were passed on or pruned") struct HistoryBundleTests {
    private let folder: TemporaryFolder
    private var history: RunHistory { folder.history }

    init() throws { folder = try TemporaryFolder() }

    private var made: [MadeRun] {
        [MadeRun(1, [MadeRun.file("tests/a.test"), MadeRun.file("tests/b.test", .fail, failures: [MadeRun.failure(4), MadeRun.failure(8, "x", sql: "'")])]),
         MadeRun(2, [MadeRun.file("tests/a.test", .timeout), MadeRun.file("tests/b\u{1}\n.test", .fail, failures: [MadeRun.failure(4)])])]
    }

    /// Bundles of runs whose folders are gone, below `passed/on`.
    private func bundles() throws -> [String] {
        try FileManager.default.createDirectory(atPath: folder.file("passed/on"), withIntermediateDirectories: true)
        return try made.map { run in
            let place = try run.write(to: folder), bundle = folder.file("passed/on/\(run.id).tar.zst")
            try RunFolder(path: place).writeBundle(to: bundle)
            try FileManager.default.removeItem(atPath: place)
            return bundle
        }
    }

    @Test("a bundle is imported like the folder it was made of, by its name or where it lies, and read again when the history is made again")
    func imported() throws {
        let bundles = try bundles()
        #expect(try history.importRuns([bundles[0]]).imported == [made[0].id])
        let report = try history.importRuns([folder.file("passed/")])
        #expect(report == RunHistory.Report(imported: [made[1].id], known: 1))
        let first = try RunHistoryTests.content(of: history)
        #expect(try history.runs(of: nil, limit: 9).map(\.folder) == bundles.reversed())
        #expect(try history.runs(of: nil, limit: 9).map(\.host) == ["box", "box"], "a bundle says which host the run was on")
        #expect(try history.lastFull(in: SuiteKey(project: "db", engine: "sqlite"))?.path == bundles[1])
        #expect(try history.rebuild() == RunHistory.Report(imported: made.map(\.id)))
        #expect(try RunHistoryTests.content(of: history) == first)
        // The same as of folders.
        let folders = TemporaryHistory(try TemporaryFolder())
        for run in made { #expect(folders.history.note(try run.write(to: folders.folder)) == nil) }
        #expect(try history.runs(of: nil, limit: 9).map(\.failed) == folders.history.runs(of: nil, limit: 9).map(\.failed))
        let key = SuiteKey(project: "db", engine: "sqlite")
        for run in made { #expect(try history.failures(by: .file, in: key, run: run.id) == folders.history.failures(by: .file, in: key, run: run.id)) }
    }

    private struct TemporaryHistory {
        let folder: TemporaryFolder
        var history: RunHistory { folder.history }
        init(_ folder: TemporaryFolder) { self.folder = folder }
    }

    @Test("a bundle that is damaged or gone is told, and hides no other")
    func damaged() throws {
        let bundles = try bundles()
        try Data("nonsense".utf8).write(to: URL(filePath: bundles[0]))
        let report = try history.importRuns(bundles)
        #expect(report.imported == [made[1].id])
        #expect(report.problems.count == 1 && report.problems[0].contains("cannot read the bundle \(bundles[0])"), "\(report.problems)")
        try FileManager.default.removeItem(atPath: bundles[1])
        let rebuilt = try history.rebuild()
        #expect(rebuilt.imported.isEmpty && rebuilt.problems.count == 1, "\(rebuilt)")
    }

    @Test("made again after all runs were pruned, the history has the same content")
    func pruned() throws {
        var live = MadeRun(3, [MadeRun.file("tests/a.test", .fail, failures: [MadeRun.failure(4)])])
        live.hasEnded = false
        for run in made + [live] { #expect(history.note(try run.write(to: folder)) == nil) }
        let first = try RunHistoryTests.content(of: history)
        for run in made + [live] {
            _ = try PrunedRun.prune(run.id, in: folder.file("results/box"), isDryRun: false)
            #expect(try RunFolder(path: folder.file("results/box/\(run.id)")).isPruned)
        }
        let report = try history.rebuild()
        #expect(report == RunHistory.Report(imported: (made + [live]).map(\.id)))
        #expect(try RunHistoryTests.content(of: history) == first)
    }

    @Test("a folder that was fetched does not say another host's name")
    func host() throws {
        let place = try made[0].write(to: folder)
        try folder.write(#"{"version":1,"host":"other"}"#, to: "results/box/\(made[0].id)/bundle.json")
        #expect(try RunFolder(path: place).hostFolder == "box")
    }
}
