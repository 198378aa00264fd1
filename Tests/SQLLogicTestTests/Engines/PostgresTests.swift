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

    @Test("the simple protocol shows values as the server sends them", arguments: PostgresEngine.QueryProtocol.allCases)
    func values(queryProtocol: PostgresEngine.QueryProtocol) throws {
        let text = "query TTTTR\nSELECT NULL, '', true, DATE '2020-01-02', 1.50\n----\nNULL (empty) t 2020-01-02 1.50\n"
        #expect(try run(text, .rs, queryProtocol) == [])
    }

    @Test("of several statements, the first result counts in the simple protocol; the extended one takes one statement")
    func protocols() throws {
        let text = "query I\nSELECT 1; SELECT 2\n----\n1\n"
        #expect(try run(text) == [])
        #expect(try run(text, .rs, .extended).first?.contains("cannot insert multiple commands into a prepared statement") == true)
    }

    @Test("(XXXXX) is an exact SQLSTATE")
    func sqlState() throws {
        #expect(try run("statement error (42P01)\nSELECT * FROM nowhere\n\nquery error (22012)\nSELECT 1/0\n") == [])
        #expect(try run("statement error (42P02)\nSELECT * FROM nowhere\n").first?.contains("(42P01) relation") == true)
    }

    @Test("statement count is the server's, and a notice is no error")
    func counts() throws {
        let text = "statement ok\nDROP TABLE IF EXISTS none\n\nstatement count 0\nCREATE TABLE t(x int)\n\n"
            + "statement count 3\nINSERT INTO t VALUES (1), (2), (3)\n\nstatement count 2\nDELETE FROM t WHERE x < 3\n"
        #expect(try run(text) == [])
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

    @Test("COPY from or to a script is no trap")
    func copy() throws {
        let text = "statement ok\nCREATE TABLE t(x int)\n\nstatement error\nCOPY t FROM STDIN\n\nstatement ok\nCOPY t TO STDOUT\n\nquery I\nSELECT 1\n----\n1\n"
        #expect(try run(text) == [])
    }

    @Test("SQLite's dialect sees values as its runner does over ODBC")
    func sqliteDialect() throws {
        let text = "query ITRIRT\nSELECT 3.99, '', 1, true, 2.0005, NULL\n----\n3\n(empty)\n1.000\n1\n2.001\nNULL\n\n"
            + "onlyif postgresql\nquery I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n\nquery I\nSELECT 1, 2\n----\n1\n"
        let failures = try run(text, .sqlite)
        #expect(failures.count == 1)
        #expect(failures.first?.contains("expected 1 but got 2") == true)
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
