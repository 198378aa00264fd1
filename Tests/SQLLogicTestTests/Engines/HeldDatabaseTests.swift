import FoundationEssentials
import SQLLogicTest
import Testing
import TestSupport

@Suite("Databases that are held") struct HeldDatabaseTests {
    private func run(_ text: String, _ dialect: Dialect = .sqlite, on base: any Engine) throws -> HeldDatabase {
        var options = RunOptions()
        options.dialect = dialect
        let engine = HoldingEngine(base)
        #expect(try FileRunner(options: options).run(Script(text), on: engine).passed)
        return engine.held
    }

    private func answer(_ sql: String, in path: String) throws -> [String] {
        let engine = HoldingEngine(try SQLiteEngine())
        _ = try engine.openDatabase(at: path, isReadOnly: false)
        return try engine.held.lines(answering: sql)
    }

    @Test("a database in memory becomes a file, in every dialect, with what an open transaction has changed", arguments: [Dialect.sqlite, .rs, .duckdb])
    func memory(dialect: Dialect) throws {
        let folder = try TemporaryFolder()
        let text = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (1)\n\n"
        let left = try run(text, dialect, on: SQLiteEngine()).keep(at: folder.file("a.db"))
        #expect(left.open == "sqlite3 \(folder.file("a.db"))" && left.note == nil)
        #expect(try answer("SELECT a FROM t", in: folder.file("a.db")) == ["1"])
        guard dialect == .sqlite else { return }
        let open = try run(text + "statement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES (2)\n", dialect, on: SQLiteEngine()).keep(at: folder.file("b.db"))
        #expect(open.note?.contains("inside a transaction") == true)
        #expect(try answer("SELECT a FROM t", in: folder.file("b.db")) == ["1", "2"])
    }

    @Test("a SQLite of the user's copies its databases itself")
    func library() throws {
        let folder = try TemporaryFolder()
        let engine = try SQLiteEngine(library: "libsqlite3.so.0")
        let text = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (1)\n\n"
        _ = try run(text, on: engine).keep(at: folder.file("a.db"))
        #expect(try answer("SELECT a FROM t", in: folder.file("a.db")) == ["1"])
        _ = try run(text + "statement ok\nBEGIN\n\nstatement ok\nUPDATE t SET a = 2\n", on: engine).keep(at: folder.file("b.db"))
        #expect(try answer("SELECT a FROM t", in: folder.file("b.db")) == ["2"])
        #expect(throws: SQLLogicTestError.self) { try run(text, on: engine).keep(at: folder.path + "/no/such/a.db") }
    }

    @Test("a database in a file stays that file, and beside it is what a transaction has changed")
    func file() throws {
        let folder = try TemporaryFolder()
        let engine = try SQLiteEngine(storage: .file(folder.file("c.db")))
        let text = "statement ok\nCREATE TABLE t(a)\n\n"
        #expect(try run(text, on: engine).keep(at: folder.file("c.db")).open == "sqlite3 \(folder.file("c.db"))")
        let open = try run(text + "statement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES (2)\n", on: engine).keep(at: folder.file("c.db"))
        #expect(open.open == "sqlite3 \(folder.file("c.db.open"))")
        #expect(try answer("SELECT a FROM t", in: folder.file("c.db.open")) == ["2"])
        #expect(try answer("SELECT a FROM t", in: folder.file("c.db")) == [])
    }

    @Test("one that is larger than it may be is none, and leaves nothing")
    func limit() throws {
        let folder = try TemporaryFolder()
        let held = try run("statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (zeroblob(100000))\n", on: SQLiteEngine())
        #expect(throws: SQLLogicTestError.self) { try held.keep(at: folder.file("a.db"), limit: 50_000) }
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.db")))
        let size = try held.size()
        _ = try held.keep(at: folder.file("a.db"), limit: size)
        #expect(try FileManager.default.attributesOfItem(atPath: folder.file("a.db"))[.size] as? Int == size)
        #expect(FileManager.default.fileExists(atPath: folder.file("a.db")))
    }

    @Test("an engine whose databases are its own affair has none that stay")
    func external() throws {
        let held = try run("statement ok\nx\n", on: ExternalEngine(template: #"while read -r -d '}' l; do echo '{"result":[]}'; done"#))
        #expect(throws: SQLLogicTestError.self) { try held.size() }
        #expect(throws: SQLLogicTestError(.engine, "this engine has no databases that can be kept")) { try held.keep(at: "/nonexistent/x") }
    }

    @Test("SQL of a person's is answered line by line, on the connection that the script had")
    func answers() throws {
        let held = try run("statement ok\nCREATE TEMPORARY TABLE t(a, b)\n", on: SQLiteEngine())
        #expect(try held.lines(answering: "INSERT INTO t VALUES (1, 'x'), (2, NULL)") == ["ok, 2 rows"])
        #expect(try held.lines(answering: "SELECT * FROM t") == ["1 | x", "2 | NULL"])
        #expect(try held.lines(answering: "SELECT * FROM nowhere") == ["error: no such table: nowhere"])
    }
}
