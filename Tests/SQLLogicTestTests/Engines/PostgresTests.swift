import SQLLogicTest
import Testing
import TestSupport

@Suite("PostgreSQL") struct PostgresTests {
    private func engine(_ queryProtocol: PostgresEngine.QueryProtocol = .simple) throws -> PostgresEngine {
        try PostgresEngine(connection: PostgresServer.shared.get().connection, queryProtocol: queryProtocol)
    }

    private func run(_ text: String, _ dialect: Dialect = .rs, _ queryProtocol: PostgresEngine.QueryProtocol = .simple,
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

    @Test("what a killed process left is dropped with what it is busy with, and what others have is not")
    func sweep() throws {
        var engine = try engine()
        engine.owner = "the dead's"
        var dead: (any EngineDatabase)? = try engine.open(file: "swept.slt")
        let busy = try #require(try dead?.connect())
        engine.owner = "living"
        let living = try engine.open(file: "living.slt")
        engine.sweep { $0 == "the dead's" }
        let names = try [#require(dead?.name), living.name].map { "'\($0)'" }.joined(separator: ", ")
        #expect(try run("query T\nSELECT datname FROM pg_database WHERE datname IN (\(names))\n----\n\(living.name)\n") == [])
        #expect(Array("SELECT 1\0".utf8).withUnsafeBufferPointer { busy.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) } != nil)
        dead = nil
    }

    @Test("NULL is NULL, '' is (empty), all other text as sent, t or f for bool", arguments: PostgresEngine.QueryProtocol.allCases)
    func values(queryProtocol: PostgresEngine.QueryProtocol) throws {
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

    @Test("(XXXXX) is an exact SQLSTATE", arguments: PostgresEngine.QueryProtocol.allCases)
    func sqlState(queryProtocol: PostgresEngine.QueryProtocol) throws {
        #expect(try run("statement error (42P01)\nSELECT * FROM nowhere\n\nquery error (22012)\nSELECT 1/0\n", .rs, queryProtocol) == [])
        #expect(try run("statement error (42P02)\nSELECT * FROM nowhere\n", .rs, queryProtocol).first?.contains("(42P01) relation") == true)
    }

    @Test("statement count is the server's, and a notice is no error", arguments: PostgresEngine.QueryProtocol.allCases)
    func counts(queryProtocol: PostgresEngine.QueryProtocol) throws {
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

    @Test("COPY from or to a script is no trap", arguments: PostgresEngine.QueryProtocol.allCases)
    func copy(queryProtocol: PostgresEngine.QueryProtocol) throws {
        let text = "statement ok\nCREATE TABLE t(x int)\n\nstatement error\nCOPY t FROM STDIN\n\nstatement ok\nCOPY t TO STDOUT\n\nquery I\nSELECT 1\n----\n1\n"
        #expect(try run(text, .rs, queryProtocol) == [])
    }

    @Test("in SQLite's dialect as over ODBC: I is a long, R is C's %.3f, T as with SQLite", arguments: PostgresEngine.QueryProtocol.allCases)
    func sqliteDialect(queryProtocol: PostgresEngine.QueryProtocol) throws {
        let text = "query ITRIRT\nSELECT 3.99, '', 1, true, 2.0005, NULL\n----\n3\n(empty)\n1.000\n1\n2.001\nNULL\n\n"
            + "onlyif postgresql\nquery I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n\nquery I\nSELECT 1, 2\n----\n1\n"
        let failures = try run(text, .sqlite, queryProtocol)
        #expect(failures.count == 1)
        #expect(failures.first?.contains("expected 1 but got 2") == true)
    }

    @Test("notices stand with the record that fails while the server gives them, in every dialect", arguments: PostgresEngine.QueryProtocol.allCases)
    func notices(queryProtocol: PostgresEngine.QueryProtocol) throws {
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
        let database = try engine.open(file: "left.test")
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
        #expect(error.message.hasSuffix("check engine.connection or PGHOST, PGUSER and so on"))
        #expect(error.isRetryable)
    }
}
