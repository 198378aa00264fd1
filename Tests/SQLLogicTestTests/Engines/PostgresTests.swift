import FoundationEssentials
import Glibc
import Testing
import TestSupport
@testable import SQLLogicTest

@Suite("PostgreSQL") struct PostgresTests {
    private func engine(_ queryProtocol: PostgresQueryProtocol = .simple) throws -> PostgresEngine {
        try PostgresEngine(connection: PrivatePostgres.shared.get().connection, queryProtocol: queryProtocol)
    }

    private func run(_ text: String, _ dialect: Dialect = .rs, _ queryProtocol: PostgresQueryProtocol = .simple,
                     name: String = "a file.slt") throws -> [String] {
        var options = RunOptions()
        options.dialect = dialect
        let verdict = try FileRunner(options: options).run(Script(text, name: name), on: engine(queryProtocol))
        return verdict.failures.map { "\($0.line): \($0.message) [\($0.expected)] [\($0.actual)]" }
    }

    @Test("each file has a fresh database, dropped afterwards")
    func freshDatabase() throws {
        let text = "statement ok\nCREATE TABLE t(x int)\n\nquery T\nSELECT current_database() LIKE 'slt_its_own_________'\n----\nt\n"
        for _ in 0..<2 { #expect(try run(text, name: "dir/Its-own.slt") == []) }
        #expect(try run("query I\nSELECT count(*) FROM pg_database WHERE datname LIKE 'slt\\_its\\_own%'\n----\n0\n") == [])
    }

    @Test("parts of a script give the verdict of the whole, also with transactions, notices and labels that do not agree")
    func parts() throws {
        var engine = try engine()
        engine.isDeterministic = true
        let folder = try TemporaryFolder()
        let suite = try SuiteGenerator().generate(seed: 6, files: 4, into: folder.path)
        var cut = 0
        for (number, name) in suite.files.enumerated() {
            var text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            text += "\n\nstatement ok\nDROP TABLE IF EXISTS nobody\n\nstatement ok\nBEGIN\n\nquery I\nSELECT nosuch FROM nosuch\n----\n1\n\nquery I\nSELECT 1\n----\n1\n\nstatement ok\nROLLBACK\n\n"
            text += (0..<12).map { "query I rowsort same\nSELECT \($0 / 5)\n----\n\($0 / 4)\n\n" }.joined()
            let script = Script(text, name: "parts\(number).test")
            let whole = try FileRunner().run(script, on: engine)
            guard case .parts(let blocks) = PartPlan.make(script, count: 3, options: RunOptions(), engine: engine) else { continue }
            cut += 1
            var merge = PartMerge(script, options: RunOptions(), engine: engine.name)
            for part in ScriptPart.all(blocks) {
                let (verdict, report) = try FileRunner().run(script, part: part, on: engine)
                merge.add(verdict, report)
            }
            #expect(!merge.isDivided)
            #expect(merge.whole() == whole, "\(name)")
        }
        #expect(cut > 0)
    }

    @Test("what a killed process left is dropped with what it is busy with, and what others have is not")
    func sweep() throws {
        var engine = try engine()
        engine.owner = "the dead's"
        var dead: (any EngineDatabase)? = try engine.makeDatabase(for: "swept.slt")
        let busy = try #require(try dead?.connect())
        engine.owner = "living"
        let living = try engine.makeDatabase(for: "living.slt")
        engine.dropOrphans { $0 == "the dead's" }
        let names = try [#require(dead?.name), living.name].map { "'\($0)'" }.joined(separator: ", ")
        #expect(try run("query T\nSELECT datname FROM pg_database WHERE datname IN (\(names))\n----\n\(living.name)\n") == [])
        #expect(Array("SELECT 1\0".utf8).withUnsafeBufferPointer { busy.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) } != nil)
        dead = nil
    }

    @Test("a database that stays says how large it is, and belongs to whom it is given until it is nobody's, also with a transaction that is left open")
    func kept() throws {
        var base = try engine()
        base.owner = "a process"
        let engine = HoldingEngine(base)
        let text = "statement ok\nCREATE TABLE t(x int)\n\nstatement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES (1)\n"
        var options = RunOptions()
        options.dialect = .rs
        _ = try FileRunner(options: options).run(Script(text, name: "kept.slt"), on: engine)
        #expect(try engine.held.size() > 1_000_000)
        let left = try engine.held.keep(at: "/nonexistent/x", owner: "another")
        let name = try #require(left.open.split(separator: " ").last.map(String.init))
        defer { base.discard(database: name) }
        engine.held.release()
        base.dropOrphans { $0 == "a process" }
        let count = "query I\nSELECT count(*) FROM pg_database WHERE datname = '\(name)'\n----\n"
        #expect(try run(count + "1\n") == [])
        #expect(try base.abandon(name).contains(name))
        base.dropOrphans { $0 == "another" }
        #expect(try run(count + "1\n") == [])
    }

    @Test("a database that is used again is empty, and one that holds more than tables is none to be used again", arguments: PostgresQueryProtocol.allCases)
    func usedAgain(queryProtocol: PostgresQueryProtocol) throws {
        let engine = try engine(queryProtocol)
        func use(_ former: String?, _ statements: String...) throws -> (name: String, answer: String) {
            let database = try engine.makeLastingDatabase(emptying: former)
            let connection = try database.connect()
            func values(_ sql: String) -> [String]? { try? (connection as? PostgresConnection)?.values(of: sql) }
            let found = values("SELECT count(*) FROM pg_class WHERE oid >= 16384")?.first
            for statement in statements { #expect(values(statement) != nil) }
            return (database.name, found ?? "nothing")
        }
        let first = try use(nil, "CREATE TABLE \"a b\"(x serial PRIMARY KEY, y text UNIQUE)", "CREATE VIEW v AS SELECT x FROM \"a b\"", "CREATE VIEW w AS SELECT x FROM v", "CREATE TABLE c(x int)")
        let second = try use(first.name, "CREATE SCHEMA other", "CREATE TABLE other.t(x int)")
        #expect(second.name == first.name && second.answer == "0")
        let third = try use(second.name, "CREATE FUNCTION f() RETURNS int LANGUAGE SQL AS 'SELECT 1'")
        #expect(third.name != second.name && third.answer == "0")
        let last = try use("slt_reduce_is_not_there")
        #expect(last.answer == "0")
        for name in [third.name, last.name] { engine.discard(database: name) }
        #expect(try run("query I\nSELECT count(*) FROM pg_database WHERE datname IN ('\(first.name)', '\(third.name)', '\(last.name)')\n----\n0\n") == [])
    }

    @Test("NULL is NULL, '' is (empty), all other text as sent, t or f for bool", arguments: PostgresQueryProtocol.allCases)
    func values(queryProtocol: PostgresQueryProtocol) throws {
        let text = "query TTTTR\nSELECT NULL, '', true, DATE '2020-01-02', 1.50\n----\nNULL (empty) t 2020-01-02 1.50\n"
        #expect(try run(text, .rs, queryProtocol) == [])
    }

    @Test("the simple engine takes several statements and the first result only; the extended one takes one statement")
    func protocols() throws {
        let text = "query I\nSELECT 1; SELECT 2\n----\n1\n"
        #expect(try run(text) == [])
        #expect(try run(text, .rs, .extended).first?.contains("cannot insert multiple commands into a prepared statement") == true)
    }

    @Test("conditions of the rs dialect call it postgres")
    func label() throws {
        #expect(try run("skipif postgres\nstatement ok\nnonsense\n\nonlyif PostgreSQL\nstatement ok\nnonsense\n") == [])
    }

    @Test("what fails in an aborted transaction follows from the statement that aborted it", arguments: PostgresQueryProtocol.allCases)
    func aborted(queryProtocol: PostgresQueryProtocol) throws {
        let text = "statement ok\nBEGIN\n\nstatement ok\nINSERT INTO nowhere VALUES (1)\n\nstatement ok\nCREATE TABLE t(x int)\n\nquery I\nSELECT 1\n----\n1\n\n"
            + "statement ok\nROLLBACK\n\nquery I\nSELECT 1\n----\n2\n\nquery I\nSELECT x FROM t\n----\n"
        let verdict = try FileRunner().run(Script(text), on: engine(queryProtocol))
        #expect(verdict.failures.map(\.causedBy) == [nil, 4, 4, nil, 4])
        #expect(verdict.failures.map(\.category) == [.unexpectedError, .unexpectedError, .unexpectedError, .wrongRows, .unexpectedError])
        #expect(verdict.consequences == 3)
    }

    @Test("(XXXXX) is an exact SQLSTATE", arguments: PostgresQueryProtocol.allCases)
    func sqlState(queryProtocol: PostgresQueryProtocol) throws {
        #expect(try run("statement error (42P01)\nSELECT * FROM nowhere\n\nquery error (22012)\nSELECT 1/0\n", .rs, queryProtocol) == [])
        #expect(try run("statement error (42P02)\nSELECT * FROM nowhere\n", .rs, queryProtocol).first?.contains("(42P01) relation") == true)
    }

    @Test("errors are those that sqllogictest-rs records, with details and hints, or the server's own words", arguments: [
        ("SELECT * FROM nowhere", "db error: ERROR: relation \"nowhere\" does not exist"), ("SELECT * FROM nowhere", "relation \"nowhere\" does not exist"),
        ("SELECT 'x'::int", "db error: ERROR: invalid input syntax for type integer: \"x\""),
        ("CREATE TABLE t(a int CHECK (a > 0)); INSERT INTO t VALUES (0)", "db error: ERROR: new row for relation \"t\" violates check constraint \"t_a_check\"\nDETAIL: Failing row contains (0)."),
        ("SELECT lowr('a')", "db error: ERROR: function lowr(unknown) does not exist\nHINT: No function matches the given name and argument types. You might need to add explicit type casts."),
    ])
    func errorTexts(sql: String, text: String) throws {
        #expect(try run("statement error\n\(sql)\n----\n\(text)\n\n\nstatement ok\nSELECT 1\n") == [])
        #expect(try run("query error\n\(sql)\n----\n\(text).\n\n\n").count == 1)
        if text.hasPrefix("db error"), !text.contains("(") { #expect(try run("statement error ^\(text)\n\(sql)\n") == []) }
    }

    @Test("recording writes errors as sqllogictest-rs does")
    func recordsErrors() throws {
        let script = Script("statement error\nSELECT * FROM nowhere\n----\nx\n\n\n", name: "a.slt")
        var options = RunOptions()
        options.dialect = .rs
        let change = try #require(try FileRunner(options: options).record(script, on: engine()).changes.first)
        #expect(String(decoding: change.bytes, as: UTF8.self).contains("----\ndb error: ERROR: relation \"nowhere\" does not exist\n"))
    }

    @Test("a user who may not make databases ends the run before its first file, and is told what to do")
    func withoutRight() async throws {
        let administrator = try PrivatePostgres.shared.get().connection
        _ = try run("statement ok\nDROP ROLE IF EXISTS \"Plain User\"\n\nstatement ok\nCREATE ROLE \"Plain User\" LOGIN\n")
        let plain = administrator.replacing("user=slt", with: "user='Plain User'")
        let text = "cannot make databases on PostgreSQL: its user \"Plain User\" may not; "
            + "let a superuser run ALTER ROLE \"Plain User\" CREATEDB, or connect as another user"
        let error = #expect(throws: SQLLogicTestError.self) { try PostgresEngine(connection: plain).check(afterLoss: false) }
        #expect(error == SQLLogicTestError(.engine, text))
        let worker = try #require(Self.worker, "build slt-worker, or name its folder in SLT_TEST_BIN")
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n", to: "a.slt")
        let refused = try await RunningProgram([worker, "run", "--engine", "postgres", "--connection", plain, "a.slt"], environment: ["PATH": "/usr/bin:/bin"], in: folder.path).finish()
        #expect(refused.code == 6)
        #expect(refused.errors == "slt-worker: \(text)\n")
        #expect(refused.text == "")
        #expect(try run("statement ok\nALTER ROLE \"Plain User\" CREATEDB\n") == [])
        try PostgresEngine(connection: plain).check(afterLoss: false)
        try PostgresEngine(connection: administrator).check(afterLoss: false)
    }

    @Test("a run drops what killed ones have left, and nothing of one that lives")
    func orphans() async throws {
        let worker = try #require(Self.worker, "build slt-worker, or name its folder in SLT_TEST_BIN")
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT pg_sleep(600)\n", to: "orphan.slt")
        try folder.write("statement ok\nSELECT 1\n", to: "next.slt")
        let connection = try PrivatePostgres.shared.get().connection
        func start(_ file: String) throws -> RunningProgram {
            try RunningProgram([worker, "run", "--engine", "postgres", "--connection", connection, file], environment: ["PATH": "/usr/bin:/bin"], in: folder.path)
        }
        func count() throws -> String {
            try run("query I\nSELECT count(*) FROM pg_database JOIN pg_shdescription ON objoid = pg_database.oid WHERE datname LIKE 'slt\\_orphan\\_%'\n----\nx\n").joined()
        }
        let (dead, living) = (try start("orphan.slt"), try start("orphan.slt"))
        #expect(try await eventually { try count().hasSuffix("[2]") })
        dead.signal(SIGKILL)
        _ = try await dead.finish()
        #expect(try count().hasSuffix("[2]"))
        #expect(try await start("next.slt").finish().code == 0)
        #expect(try count().hasSuffix("[1]"))
        living.signal(SIGTERM)
        _ = try await living.finish()
        #expect(try count().hasSuffix("[0]"))
    }

    /// That of `SLT_TEST_BIN`, else the one beside the tests.
    private static var worker: String? {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folders = [ProcessInfo.processInfo.environment["SLT_TEST_BIN"] ?? ""] + ([own] + CommandLine.arguments).map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
        return folders.map { $0 + "/slt-worker" }.first { access($0, X_OK) == 0 }
    }

    @Test("statement count is the server's, and a notice is no error", arguments: PostgresQueryProtocol.allCases)
    func counts(queryProtocol: PostgresQueryProtocol) throws {
        let text = "statement ok\nDROP TABLE IF EXISTS none\n\nstatement count 0\nCREATE TABLE t(x int)\n\n"
            + "statement count 3\nINSERT INTO t VALUES (1), (2), (3)\n\nstatement count 2\nDELETE FROM t WHERE x < 3\n"
        #expect(try run(text, .rs, queryProtocol) == [])
    }

    @Test("named connections are sessions of one database")
    func connections() throws {
        let text = """
            statement ok
            CREATE TABLE t(x int)

            connection a
            statement ok
            BEGIN; INSERT INTO t VALUES (1)

            query I
            SELECT count(*) FROM t
            ----
            0

            connection a
            statement ok
            COMMIT

            query I
            SELECT count(*) FROM t
            ----
            1

            """
        #expect(try run(text) == [])
    }

    @Test("COPY from or to a script is no trap", arguments: PostgresQueryProtocol.allCases)
    func copy(queryProtocol: PostgresQueryProtocol) throws {
        let text = "statement ok\nCREATE TABLE t(x int)\n\nstatement error\nCOPY t FROM STDIN\n\nstatement ok\nCOPY t TO STDOUT\n\nquery I\nSELECT 1\n----\n1\n"
        #expect(try run(text, .rs, queryProtocol) == [])
    }

    @Test("in SQLite's dialect as over ODBC: I is a long, R is C's %.3f, T as with SQLite", arguments: PostgresQueryProtocol.allCases)
    func sqliteDialect(queryProtocol: PostgresQueryProtocol) throws {
        let text = "query ITRIRT\nSELECT 3.99, '', 1, true, 2.0005, NULL\n----\n3\n(empty)\n1.000\n1\n2.001\nNULL\n\n"
            + "onlyif postgresql\nquery I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n\nquery I\nSELECT 1, 2\n----\n1\n"
        let failures = try run(text, .sqlite, queryProtocol)
        #expect(failures.count == 1)
        #expect(failures.first?.contains("expected 1 but got 2") == true)
    }

    @Test("notices stand with the record that fails while the server gives them, in every dialect", arguments: PostgresQueryProtocol.allCases)
    func notices(queryProtocol: PostgresQueryProtocol) throws {
        let raise = "DO $$ BEGIN RAISE NOTICE 'row % is odd', 7; RAISE WARNING 'careful'; RAISE EXCEPTION 'no more'; END $$"
        for dialect in [Dialect.sqlite, .rs, .duckdb] {
            var options = RunOptions()
            options.dialect = dialect
            let text = "statement ok\nDROP TABLE IF EXISTS none\n\nstatement ok\n\(raise)\n"
            let verdict = try FileRunner(options: options).run(Script(text), on: engine(queryProtocol))
            #expect(verdict.failures.map(\.notices) == [["NOTICE:  row 7 is odd", "WARNING:  careful"]], "\(dialect)")
        }
    }

    @Test("a report shows the notices below the difference")
    func noticesShown() throws {
        let folder = try TemporaryFolder()
        let command = RunCommand(files: [try folder.write("statement error\nDROP TABLE IF EXISTS none\n", to: "a.test")])
        var output = ""
        _ = command.run(on: try engine(), output: { output += $0 }, diagnostics: { _ in })
        #expect(output.contains("\n    NOTICE:  table \"none\" does not exist, skipping\n"), "\(output)")
    }

    @Test("a database whose process has gone is discarded with the sessions that use it")
    func discard() throws {
        let engine = try engine()
        let database = try engine.makeDatabase(for: "left.test")
        let connection = try database.connect()
        engine.discard(database: database.name)
        let failure = Array("SELECT 1\0".utf8).withUnsafeBufferPointer { connection.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) }
        #expect(failure != nil)
        #expect(try run("query I\nSELECT count(*) FROM pg_database WHERE datname LIKE 'slt\\_left\\_%'\n----\n0\n") == [])
    }

    @Test("a server that is not there is an error that says what to check, and may be tried again")
    func noServer() throws {
        let engine = try PostgresEngine(connection: "host=/nonexistent")
        let error = try #require(throws: SQLLogicTestError.self) { try FileRunner().run(Script("halt\n"), on: engine) }
        #expect(error.message.hasPrefix("cannot connect to PostgreSQL: "))
        #expect(error.message.hasSuffix("check the connection string, or PGHOST, PGUSER and so on"))
        #expect(error.isRetryable)
    }
}
