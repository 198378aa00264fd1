import Fleet
import FoundationEssentials
import Glibc
import GRDB
import Platform
@testable import RemoteKit
import TestSupport
import Testing

/// Whatever is wrong with the history, a run goes on, and says so in one line at most.
@Suite("a history that cannot be used") struct HistoryFaultTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("history.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    private func run(_ number: Int) throws -> String { try MadeRun(number, [MadeRun.file("tests/a.test")]).write(to: folder) }

    private func count(_ history: RunHistory) throws -> Int { try history.runs(of: nil, limit: 100).count }

    @Test("a missing one is made from all runs that are there, without a word")
    func missing() throws {
        _ = try run(1)
        #expect(folder.history.note(try run(2)) == nil)
        #expect(try count(folder.history) == 2)
    }

    @Test("a damaged one is made again, and told", arguments: ["", "nonsense", "SQLite format 3\0 and then nonsense", "cut"])
    func damaged(content: String) throws {
        let history = folder.history
        _ = history.note(try run(1))
        if content == "cut" {
            // A table's root page is gone.
            #expect(truncate(path, 3 * 4096) == 0)
            for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        } else {
            try folder.write(content, to: "history.sqlite")
        }
        let notice = history.note(try run(2))
        // An empty file is an empty database.
        if content.isEmpty { #expect(notice == nil) } else { #expect(notice?.contains("damaged") == true, "\(notice ?? "")") }
        #expect(notice?.contains("\n") != true)
        #expect(try history.rebuild().imported.count == 2)
        #expect(try count(history) == 2)
    }

    @Test("a damaged one is told by what asks it, with the way to make it again")
    func asked() throws {
        _ = folder.history.note(try run(1))
        try folder.write("nonsense", to: "history.sqlite")
        let error = #expect(throws: RemoteError.self) { try folder.history.suites() }
        #expect(error?.remedy == .rebuildHistory)
        #expect(error?.code == .results)
    }

    @Test("one of a newer release, or of another program, is left as it is", arguments: [
        ("INSERT INTO grdb_migrations VALUES ('99')", "a newer release"), ("PRAGMA application_id = 77", "another program"),
    ])
    func newer(sql: String, words: String) throws {
        let history = folder.history
        _ = history.note(try run(1))
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
        let notice = history.note(try run(2))
        #expect(notice?.contains(words) == true, "\(notice ?? "")")
        #expect(throws: RemoteError.self) { try history.rebuild() }
        #expect(try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") } == 1)
    }

    @Test("what killed processes have left of new ones is found, and what living ones write is not")
    func left() throws {
        for name in ["history.sqlite.new-2147483646-7", "history.sqlite.new-2147483646-7-wal", "history.sqlite.new-\(getpid())-7", "history.sqlite.new-x", "other.new-2147483646-7"] {
            try folder.write("", to: name)
        }
        #expect(folder.history.file.left.sorted() == [folder.file("history.sqlite.new-2147483646-7"), folder.file("history.sqlite.new-2147483646-7-wal")])
        #expect(ReplacedFile.isLeft(".records.part-2147483646"))
        #expect(!ReplacedFile.isLeft(".records" + ReplacedFile.ending))
    }

    @Test("a locked one is waited for, and then passed over")
    func locked() throws {
        let history = RunHistory(path: path, catalog: RunCatalog(root: folder.file("results")), patience: 0.3)
        _ = history.note(try run(1))
        let other = try DatabaseQueue(path: path)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN EXCLUSIVE")
            let notice = history.note(try run(2))
            #expect(notice?.contains("another program is using it") == true, "\(notice ?? "")")
            try database.execute(sql: "ROLLBACK")
        }
        #expect(history.note(folder.file("results/box/\(MadeRun.id(2))")) == nil)
        #expect(try count(history) == 2)
    }

    @Test("a place that nothing can be written to costs one line")
    func unwritable() throws {
        let history = RunHistory(path: "/proc/none/history.sqlite", catalog: RunCatalog(root: folder.file("results")), patience: 0.3)
        let notice = history.note(try run(1))
        #expect(notice?.hasPrefix("the history is not kept: ") == true, "\(notice ?? "")")
        #expect(try history.suites().isEmpty)
    }

    @Test("a folder that is no run, or a damaged one, is passed over and told")
    func damagedRuns() throws {
        let history = folder.history
        _ = try run(1)
        var bad = MadeRun(2, [MadeRun.file("tests/a.test"), MadeRun.file("tests/b.test")])
        let place = try bad.write(to: folder)
        try folder.write(bad.lines[0] + "\n{\"id\":1,\"fi\n", to: "results/box/\(bad.id)/records.jsonl")
        bad = MadeRun(3, [])
        try folder.write("{", to: "results/box/\(bad.id)/spec.json")
        let report = try history.rebuild()
        #expect(report.imported == [MadeRun.id(1), MadeRun.id(2)])
        #expect(report.problems.count == 2, "\(report.problems)")
        #expect(report.problems.contains { $0.contains(place) && $0.contains("1 line of the records cannot be read") })
        // Not all of it is known: it is no full run.
        #expect(try history.runs(of: nil, fullOnly: true, limit: 9).map(\.run) == [MadeRun.id(1)])
        #expect(history.note("/nowhere")?.contains("cannot read the run in /nowhere") == true)
        #expect(try history.importRuns([folder.file("none")]).problems.count == 1)
    }

    @Test("clients that write at once wait for each other")
    func together() async throws {
        let folder = folder
        try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 1...12 {
                group.addTask {
                    let place = try MadeRun(number, (0..<200).map { MadeRun.file("tests/\($0).test") }).write(to: folder)
                    return RunHistory(path: folder.file("history.sqlite"), catalog: RunCatalog(root: folder.file("results")), patience: 1200).note(place)
                }
            }
            for try await notice in group { #expect(notice == nil) }
        }
        let history = folder.history
        let before = try RunHistoryTests.content(of: history)
        #expect(try history.rebuild().imported.count == 12)
        #expect(try RunHistoryTests.content(of: history) == before)
    }
}
