@testable import SQLLogicTest
import TestSupport
import Testing

@Suite("rows behind hashes") struct ReplayTests {
    /// What a replay finds.
    private func replayed(_ text: String, lines: Set<Int>, conditions: [String] = ["sqlite"]) throws -> [ReplayedRows] {
        var replay = HashReplay(Script(text), lines: lines)
        var found: [ReplayedRows] = []
        for name in conditions { try replay.run(on: SQLiteEngine(), conditions: name) { found.append($0) } }
        return found
    }

    private static func hash(of values: [String]) -> String {
        let text = Array(values.map { $0 + "\n" }.joined().utf8)
        return "\(values.count) values hashing to " + text.withUnsafeBufferPointer { String(decoding: ResultDigest.of($0), as: UTF8.self) }
    }

    private static let table = "statement ok\nCREATE TABLE t(a, b)\n\nstatement ok\nINSERT INTO t VALUES(2, 'y'), (10, 'x'), (1, NULL)\n\n"

    @Test("rows of a query are found where their hash is the expected one, in the order that the record compares", arguments: [
        (SortMode.nosort, ["2", "y", "10", "x", "1", "NULL"], 2),
        (.rowsort, ["1", "NULL", "10", "x", "2", "y"], 2),
        (.valuesort, ["1", "10", "2", "NULL", "x", "y"], 1),
    ])
    func finds(mode: SortMode, values: [String], columns: Int) throws {
        let found = try replayed(Self.table + "query IT \(mode.rawValue)\nSELECT a, b FROM t\n----\n\(Self.hash(of: values))\n", lines: [7])
        #expect(found == [ReplayedRows(line: 7, types: "IT", sortMode: mode, count: 6, values: values)])
        #expect(found.first?.columns == columns)
    }

    @Test("a statement that was ended in the run is ended here, too, and what is behind it is found")
    func limited() throws {
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        let text = Self.table + "query I\n\(endless) SELECT count(*) FROM c\n----\n1\n\nstatement ok\nINSERT INTO t \(endless) SELECT 1, 1 FROM c WHERE x < 0\n\n"
            + "query I rowsort\nSELECT a FROM t\n----\n\(Self.hash(of: ["1", "10", "2"]))\n"
        var replay = HashReplay(Script(text), lines: [15]), found: [ReplayedRows] = []
        try replay.run(on: LimitedEngine(SQLiteEngine(), RecordLimit(seconds: 1)), conditions: "sqlite") { found.append($0) }
        #expect(found.map(\.values) == [["1", "10", "2"]])
    }

    @Test("rows that are found tell an order, a way of writing and another value apart")
    func judges() {
        let rows = ReplayedRows(line: 1, types: "TR", sortMode: .nosort, count: 4, values: ["a", "1.0", "b", "2.000"])
        #expect(rows.judged(actual: ["b", "2.000", "a", "1.0"])?.category == .rowOrder)
        #expect(rows.judged(actual: ["a", "1", "b", "2"])?.category == .formatting)
        #expect(rows.judged(actual: ["a", "1", "b", "3"])?.category == .wrongRows)
        var cut = rows
        cut.count = 6
        #expect(cut.judged(actual: ["a", "1.0", "b", "2.000"]) == nil)
    }

    @Test("rows with another hash, and rows of another number, are not the expected ones")
    func differs() throws {
        let query = "query I nosort\nSELECT a FROM t\n----\n"
        #expect(try replayed(Self.table + query + Self.hash(of: ["2", "10", "3"]) + "\n", lines: [7]).isEmpty)
        let wrongCount = Self.hash(of: ["2", "10", "1"]).replacing("3 values", with: "4 values")
        #expect(try replayed(Self.table + query + wrongCount + "\n", lines: [7]).isEmpty)
        #expect(try replayed(Self.table + query + "2\n10\n1\n", lines: [7]).isEmpty)
    }

    @Test("records are run under the conditions of the engine under test first, then under SQLite's")
    func conditions() throws {
        let text = Self.table + "skipif postgresql\nstatement ok\nDELETE FROM t WHERE a = 1\n\nonlyif postgresql\nstatement ok\nDELETE FROM t WHERE a = 2\n\n"
        let query = "query I nosort\nSELECT a FROM t\n----\n"
        let postgres = text + query + Self.hash(of: ["10", "1"]) + "\n", sqlite = text + query + Self.hash(of: ["2", "10"]) + "\n"
        #expect(try replayed(postgres, lines: [15], conditions: ["PostgreSQL"]).map(\.values) == [["10", "1"]])
        #expect(try replayed(sqlite, lines: [15], conditions: ["PostgreSQL"]).isEmpty)
        #expect(try replayed(sqlite, lines: [15], conditions: ["PostgreSQL", "sqlite"]).map(\.values) == [["2", "10"]])
    }

    @Test("a second run is worth its time only where a condition tells the engine from SQLite, up to the last record that is sought", arguments: [
        ("", false), ("onlyif PostgreSQL\n", true), ("skipif sqlite\n", true), ("skipif mysql\n", false), ("skipif mysql\nonlyif postgresql\n", true),
        ("skipif postgresql\nskipif sqlite\n", false),
    ])
    func divided(conditions: String, isDivided: Bool) throws {
        let query = "query I nosort\nSELECT a FROM t\n----\n" + Self.hash(of: ["0"]) + "\n\n"
        let text = Self.table + conditions + "statement ok\nDELETE FROM t\n\n"
        let sought = text.split(separator: "\n", omittingEmptySubsequences: false).count
        for (script, expected) in [(text + query, isDivided), (Self.table + query + conditions + query, false)] {
            var replay = HashReplay(Script(script), lines: [script.hasPrefix(text) ? sought : 7])
            try replay.run(on: SQLiteEngine(), conditions: "PostgreSQL") { _ in }
            let found = replay.isDivided
            #expect(found == expected, "\(script)")
        }
    }

    @Test("statements that fail, and what another engine's dialect has, are passed over")
    func fails() throws {
        let text = "statement ok\nCREATE EXTENSION nothing\n\n" + Self.table + "query I nosort\nSELECT a FROM t WHERE b = 'x'\n----\n" + Self.hash(of: ["10"]) + "\n"
        #expect(try replayed(text, lines: [10]).map(\.values) == [["10"]])
    }

    @Test("what only reads is not run again, what changes something is, and nothing behind the last record")
    func runsLittle() throws {
        let endless = "query I nosort\nSELECT count(*) FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c)\n----\n1\n\n"
        let write = "query I nosort\nINSERT INTO t VALUES(5, 'z') RETURNING a\n----\n5\n\n"
        let text = Self.table + endless + write + "query I nosort\nSELECT a FROM t WHERE b = 'z'\n----\n" + Self.hash(of: ["5"]) + "\n\n" + endless.replacing("SELECT count", with: " WITH x AS (SELECT 1) SELECT count")
        #expect(try replayed(text, lines: [17]).map(\.values) == [["5"]])
    }

    @Test("a halt ends the script there, too")
    func halts() throws {
        let text = Self.table + "onlyif sqlite\nhalt\n\nquery I nosort\nSELECT a FROM t\n----\n" + Self.hash(of: ["2", "10", "1"]) + "\n"
        #expect(try replayed(text, lines: [10]).isEmpty)
        #expect(try replayed(text, lines: [10], conditions: ["mysql"]).count == 1)
    }

    @Test("all hashes of a generated suite are those of the rows that are found")
    func generated() throws {
        let folder = try TemporaryFolder()
        var command = GenerateCommand(seed: 5, files: 6, folder: folder.path)
        command.options.recordsPerFile = 40
        try command.run { _ in }
        var all = 0
        for path in below(folder.path) where path.hasSuffix(".test") {
            let script = try Script(path: path)
            var parser = SQLiteParser(script), record = SQLiteRecord()
            var lines: Set<Int> = []
            while parser.next(&record) {
                let isRun = !record.isLeftOut(for: Array("sqlite".utf8), in: script)
                if isRun, record.expectedHash(in: script) != nil { lines.insert(record.line) }
            }
            var replay = HashReplay(script, lines: lines)
            var found: Set<Int> = []
            try replay.run(on: SQLiteEngine(), conditions: "SQLite") { found.insert($0.line) }
            #expect(found == lines, "\(path)")
            let isDone = replay.isDone
            #expect(isDone)
            all += lines.count
        }
        #expect(all > 10)
    }

    @Test("where PostgreSQL gives other rows than SQLite, nearly every hash shows those that were expected")
    func postgres() throws {
        let engine = try PostgresEngine(connection: PrivatePostgres.shared.get().connection)
        let folder = try TemporaryFolder()
        var command = GenerateCommand(seed: 3, files: 6, folder: folder.path)
        command.options.recordsPerFile = 60
        try command.run { _ in }
        var options = RunOptions()
        options.keepsRows = true
        var sought = 0, found = 0
        for path in below(folder.path) where path.hasSuffix(".test") {
            let script = try Script(path: path)
            let rows = try FileRunner(options: options).run(script, on: engine).rows ?? []
            let hashed = rows.filter { $0.expected == nil }
            var replay = HashReplay(script, lines: Set(hashed.map(\.recordLine)))
            for conditions in [engine.name, "sqlite"] {
                try replay.run(on: SQLiteEngine(), conditions: conditions) { proven in
                    found += 1
                    let actual = hashed.first { $0.recordLine == proven.line }
                    #expect(actual?.actual != proven.values && actual?.columns == proven.columns, "\(path):\(proven.line)")
                }
            }
            sought += hashed.count
        }
        #expect(sought >= 20 && Double(found) >= 0.95 * Double(sought), "\(found) of \(sought)")
    }

    @Test("rows are the same behind a pipe, however they are cut")
    func passes() throws {
        let rows = [ReplayedRows(line: 7, types: "IT", sortMode: .nosort, count: 4, values: ["a b", "", "(empty)", "rows 1 2 3"]),
                    ReplayedRows(line: 9, types: "R", sortMode: .valuesort, count: 0, values: [])]
        let bytes = rows.flatMap(\.encoded)
        for cut in 0...bytes.count {
            var found: [ReplayedRows] = []
            var pending = bytes[..<cut]
            while let some = ReplayedRows.taken(from: &pending) { found.append(some) }
            pending = (pending + bytes[cut...])[...]
            while let some = ReplayedRows.taken(from: &pending) { found.append(some) }
            #expect(found == rows && pending.isEmpty, "cut at \(cut)")
        }
    }

    @Test("bytes that are no rows are none", arguments: ["rows 1 2 3\n", "rows 0 I nosort 0 0\n\n", "rows 1 I sorted 0 0\n\n", "rows 1 I nosort 0 -5\n\n", "sqlite 3.40.1\n", "rows 1 I nosort 1 99999999999\na\n"])
    func refuses(text: String) {
        var bytes = Array(text.utf8)[...]
        #expect(ReplayedRows.taken(from: &bytes) == nil)
    }
}
