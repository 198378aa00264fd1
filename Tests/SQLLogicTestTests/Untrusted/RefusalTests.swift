import FoundationEssentials
import Glibc
@testable import SQLLogicTest
import Testing
import TestSupport

/// Scripts in a run that allows them nothing outside of their database.
@Suite("Refused records") struct RefusalTests {
    private func run(_ path: String, _ dialect: Dialect, workingDirectory: String? = nil) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = dialect
        options.allowsSystem = false
        options.workingDirectory = workingDirectory
        var engine = try SQLiteEngine()
        engine.isConfined = true
        return try FileRunner(options: options).run(path: path, on: engine)
    }

    @Test("a system record is a failure that names its line, and starts nothing")
    func system() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("statement ok\nSELECT 1\n\nsystem ok\ntouch \(folder.path)/made\n", to: "a.slt")
        let failure = try #require(run(path, .rs).failures.first)
        #expect(failure.line == 4)
        #expect(failure.message == "refused: a system record is not allowed in this run")
        #expect(failure.category == .script)
        #expect(access(folder.file("made"), F_OK) != 0)
    }

    @Test("a system record that a label keeps out is no failure")
    func skipped() throws {
        let folder = try TemporaryFolder()
        #expect(try run(folder.write("onlyif nothing\nsystem ok\ntrue\n\nstatement ok\nSELECT 1\n", to: "a.slt"), .rs).passed)
    }

    @Test("SQL that opens files is refused at its line in each dialect, also behind other statements", arguments: [Dialect.sqlite, .rs, .duckdb])
    func attach(dialect: Dialect) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("statement ok\nCREATE TABLE t(a INT)\n\nstatement ok\nINSERT INTO t VALUES (1); aTTach /* x */ '\(folder.path)/made' AS g; CREATE TABLE g.t(a INT)\n", to: "a.test")
        let verdict = try run(path, dialect)
        #expect(verdict.failures.map(\.line) == [4])
        #expect(verdict.failures.first?.message == "refused: ATTACH is not allowed in this run")
        #expect(access(folder.file("made"), F_OK) != 0)
    }

    @Test("a statement that is to fail is refused all the same")
    func expectedError() throws {
        let folder = try TemporaryFolder()
        #expect(try run(folder.write("statement error\nVACUUM INTO '/nowhere/f'\n", to: "a.test"), .sqlite).failures.map(\.message) == ["refused: VACUUM INTO is not allowed in this run"])
    }

    @Test("SQL that variables make is refused when it is there")
    func variables() throws {
        let folder = try TemporaryFolder()
        let rs = try folder.write("control substitution on\n\nstatement ok\n${nothing:AT}TACH '\(folder.path)/made' AS g\n", to: "a.slt")
        #expect(try run(rs, .rs).failures.map(\.message) == ["refused: ATTACH is not allowed in this run"])
        let duck = try folder.write("foreach x AT\n\nstatement ok\n{x}TACH '\(folder.path)/made' AS g\n\nendloop\n", to: "a.test")
        #expect(try run(duck, .duckdb).failures.map(\.message) == ["refused: ATTACH is not allowed in this run"])
        #expect(access(folder.file("made"), F_OK) != 0)
    }

    @Test("SQLite itself refuses what no token shows", arguments: ["ATTACH 'f' AS g", "VACUUM INTO 'f'"])
    func authorizer(sql: String) throws {
        var engine = try SQLiteEngine()
        engine.isConfined = true
        let connection = try engine.makeDatabase(for: "a").connect()
        let error = Array((sql + "\0").utf8).withUnsafeBufferPointer { connection.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) }
        #expect(["not authorized", "authorization denied"].contains(error?.message))
    }

    @Test("plain VACUUM and functions without files go on")
    func allowed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("statement ok\nCREATE TABLE t(a INT)\n\nstatement ok\nVACUUM\n\nquery I\nSELECT abs(-1)\n----\n1\n", to: "a.test")
        #expect(try run(path, .sqlite).passed)
    }

    @Test("an include must lie in the folder of the test file, wherever links and dots lead", arguments: [
        ("include ../outside.slt", false), ("include sub/../../outside.slt", false), ("include link.slt", false), ("include linked/outside.slt", false),
        ("include sub/inside.slt", true), ("include sub/../inside.slt", true), ("include inner.slt", true),
    ])
    func includes(line: String, isAllowed: Bool) throws {
        let folder = try TemporaryFolder()
        let text = "statement ok\nSELECT 1\n"
        for name in ["outside.slt", "own/inside.slt", "own/sub/inside.slt"] { _ = try folder.write(text, to: name) }
        symlink("../outside.slt", folder.file("own/link.slt"))
        symlink("..", folder.file("own/linked"))
        symlink("sub/inside.slt", folder.file("own/inner.slt"))
        let verdict = try run(folder.write(line + "\n", to: "own/a.slt"), .rs)
        #expect(verdict.passed == isAllowed)
        #expect(verdict.failures.first?.message.hasSuffix("which is not in the folder of the test file, is not allowed in this run") ?? isAllowed)
        let duck = try run(folder.write(line + "\n", to: "own/a.test"), .duckdb)
        #expect(duck.passed == isAllowed)
    }

    @Test("an include of an included script is held to the folder of the test file")
    func nested() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("statement ok\nSELECT 1\n", to: "own/inside.slt")
        _ = try folder.write("include ../inside.slt\n", to: "own/sub/back.slt")
        #expect(try run(folder.write("include sub/back.slt\n", to: "own/a.slt"), .rs).passed)
        #expect(try !run(folder.file("own/sub/back.slt"), .rs).passed)
    }

    @Test("a result in another folder, unzip and a database elsewhere are refused in DuckDB's dialect", arguments: [
        "query I\nSELECT 1\n----\n<FILE>:../result.csv\n", "unzip own/a.gz\n", "load ../other.db readonly\n\nstatement ok\nSELECT 1\n",
    ])
    func duck(text: String) throws {
        let folder = try TemporaryFolder()
        for name in ["result.csv", "other.db"] { _ = try folder.write("1\n", to: name) }
        let failure = try #require(run(folder.write(text, to: "own/a.test"), .duckdb, workingDirectory: folder.file("own")).failures.first)
        #expect(failure.message.hasPrefix("refused: "))
        #expect(failure.line == 1)
    }

    @Test("a result beside the script is read")
    func duckBeside() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("a\n1\n", to: "own/result.csv")
        #expect(try run(folder.write("query I\nSELECT 1\n----\n<FILE>:result.csv\n", to: "own/a.test"), .duckdb, workingDirectory: folder.file("own")).passed)
    }

    @Test("a run that says nothing of it allows all")
    func isOffByDefault() throws {
        #expect(try verdict("statement ok\nATTACH ':memory:' AS g\n").passed)
        #expect(try rs("system ok\ntrue\n").passed)
    }
}
