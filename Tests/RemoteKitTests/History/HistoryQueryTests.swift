import Fleet
import FoundationEssentials
import GRDB
import Platform
@testable import RemoteKit
import TestSupport
import Testing

@Suite("SQL on the history") struct HistoryQueryTests {
    private let folder: TemporaryFolder
    private let query: HistoryQuery

    init() throws {
        folder = try TemporaryFolder()
        _ = folder.history.note(try MadeRun(1, [MadeRun.file("tests/a.test"), MadeRun.file("tests/b.test", .fail, failures: [MadeRun.failure(3)])]).write(to: folder))
        query = HistoryQuery(folder.history)
    }

    private func rows(_ sql: String) throws -> [[HistoryQuery.Value]] {
        var rows: [[HistoryQuery.Value]] = []
        try query.run(sql, columns: { _ in }, row: { row in
            rows.append(row)
            return true
        })
        return rows
    }

    @Test("reads views, functions and recursions", arguments: [
        "SELECT file, outcome FROM results ORDER BY file", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3) SELECT max(x), 2 FROM c",
        "VALUES (1, 2)", "SELECT count(*), group_concat(file, ',') FROM files; -- and no more", "SELECT value, 1 FROM json_each('[1]')", "SELECT name, sql FROM sqlite_master",
    ])
    func reads(sql: String) throws {
        #expect(try rows(sql).first?.count == 2)
    }

    @Test("whatever is no SELECT is refused, and leaves nothing behind", arguments: [
        "DELETE FROM run", "DROP VIEW runs", "UPDATE run SET name = ''", "INSERT INTO suite VALUES (9, 'x', 'y', NULL)", "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)",
        "ATTACH '/tmp/slt-attached.sqlite' AS other", "VACUUM INTO '/tmp/slt-attached.sqlite'", "VACUUM", "PRAGMA writable_schema = 1", "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version", "SELECT load_extension('x')", "SELECT writefile('/tmp/slt-attached.sqlite', 'x')", "SELECT readfile('/etc/passwd')", "BEGIN", "COMMIT",
        "SAVEPOINT a", "REINDEX", "ANALYZE", "DETACH main", "SELECT 1; DELETE FROM run", "SELECT 1; SELECT 2", "", "-- nothing", "SELECT * FROM pragma_table_info('run')",
        "SELECT * FROM nothing", "SELEC 1", "WITH x AS (SELECT 1) DELETE FROM run", "EXPLAIN DELETE FROM run",
    ])
    func refuses(sql: String) throws {
        let before = try RunHistoryTests.content(of: folder.history)
        let error = #expect(throws: RemoteError.self) { try rows(sql) }
        #expect(error?.code == .usage)
        #expect(error?.description.contains("test_results") == true, "\(error.map { "\($0)" } ?? "")")
        #expect(!FileManager.default.fileExists(atPath: "/tmp/slt-attached.sqlite"))
        #expect(try RunHistoryTests.content(of: folder.history) == before)
    }

    @Test("a query without an end is ended from outside")
    func interrupted() {
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
        nonisolated(unsafe) var asked = 0
        #expect(throws: CancellationError.self) {
            try query.run(endless, isCancelled: {
                asked += 1
                return asked > 20
            }, columns: { _ in }, row: { _ in true })
        }
        #expect(throws: RemoteError.self) { try rows("SELECT zeroblob(1000000000)") }
    }

    @Test("a damaged database and a missing one are told apart from a wrong query")
    func damaged() throws {
        let missing = #expect(throws: RemoteError.self) { try HistoryQuery(RunHistory(path: folder.file("none"))).run("SELECT 1", columns: { _ in }, row: { _ in true }) }
        #expect(missing?.remedy == .rebuildHistory)
        try folder.write(String(repeating: "nonsense", count: 1000), to: "history.sqlite")
        let error = #expect(throws: RemoteError.self) { try rows("SELECT * FROM runs") }
        #expect(error?.code == .results)
    }

    @Test("what another program or a newer release has written is asked nothing", arguments: [
        ("PRAGMA application_id = 7", "another program"), ("INSERT INTO grdb_migrations VALUES ('99')", "a newer release"), ("DELETE FROM grdb_migrations", "earlier release"),
    ])
    func foreign(sql: String, words: String) throws {
        try DatabaseQueue(path: folder.file("history.sqlite")).write { try $0.execute(sql: sql) }
        let error = #expect(throws: RemoteError.self) { try rows("SELECT 1") }
        #expect(error?.code == .results)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("docs/history.md has the columns of every view, and no others")
    func documented() throws {
        let page = String(#filePath.dropLast("Tests/RemoteKitTests/History/HistoryQueryTests.swift".count)) + "docs/history.md"
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for view in HistoryViews.all {
            let head = try #require(text.firstRange(of: "### `\(view.name)`"), "\(view.name)")
            let part = text[head.upperBound...]
            let section = part[..<(part.firstRange(of: "\n#")?.lowerBound ?? part.endIndex)]
            let documented = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
                line.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            }
            var columns: [String] = []
            try query.run("SELECT * FROM \(view.name)", columns: { columns = $0 }, row: { _ in false })
            #expect(documented == columns, "\(view.name)")
        }
    }
}
