import Platform
import Testing
import TestSupport
@testable import SQLLogicTest

/// Statements that would never end: without a limit these tests do not either.
@Suite("The time limit of a record") struct RecordLimitTests {
    private static let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    private static let filling = "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT 1 FROM c WHERE x < 0"
    private static let root = String(#filePath[..<(#filePath.firstRange(of: "/Tests/")?.lowerBound ?? #filePath.endIndex)])

    private func verdict(_ text: String, _ dialect: Dialect = .sqlite, on engine: any Engine, seconds: Double = 2, isPersistent: Bool = false) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = dialect
        options.recordLimit = RecordLimit(seconds: seconds, isPersistent: isPersistent)
        return try FileRunner(options: options).run(Script(text, name: "limit.test"), on: engine)
    }

    /// So long that a program has begun to answer, however busy the machine is.
    private static let programSeconds = 8.0

    private func isTimeout(_ failure: ScriptFailure) -> Bool {
        failure.kind == .timeout && failure.category == .timeout && failure.message.hasPrefix("timeout: ended after ")
    }

    @Test("a query and a statement that never end are ended and fail as time-outs, also one that must fail, and the file goes on")
    func goesOn() throws {
        let text = "statement ok\nCREATE TABLE t(a)\n\nquery I\n\(Self.endless)\n----\n1\n\nstatement error\n\(Self.filling)\n\nquery I\nSELECT 1\n----\n1\n\nquery I\nSELECT 2\n----\n1\n"
        let verdict = try verdict(text, on: SQLiteEngine())
        #expect(verdict.failures.map(\.line) == [4, 9, 20])
        #expect(verdict.failures.prefix(2).allSatisfy(isTimeout), "\(verdict.failures)")
        #expect(verdict.failures.last?.kind == .wrongValue)
        #expect(verdict.outcome == .fail)
        #expect(verdict.tests == 5)
        #expect(verdict.failures.last?.causedBy == nil)
    }

    @Test("what an interrupted change would have made is missing, and what fails for that follows from it")
    func change() throws {
        let text = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\n\(Self.filling)\n\nquery I\nSELECT count(*) FROM t\n----\n5\n"
        let verdict = try verdict(text, on: SQLiteEngine())
        #expect(verdict.failures.map(\.causedBy) == [nil, 4])
        #expect(verdict.consequences == 1)
    }

    @Test("an interrupted change takes its transaction along, and all that fails behind it follows from it; a query takes nothing along")
    func rollback() throws {
        let rest = "query I\nSELECT count(*) FROM u\n----\n1\n\nstatement ok\nCOMMIT\n\nquery I\nSELECT 2\n----\n1\n"
        let start = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nCREATE TABLE u(a)\n\nstatement ok\nBEGIN\n\nstatement ok\nINSERT INTO u VALUES (1)\n\n"
        let change = try verdict(start + "statement ok\n\(Self.filling)\n\n" + rest, on: SQLiteEngine())
        #expect(change.failures.map(\.recordLine) == [13, 16, 21, 24])
        #expect(change.failures.map(\.causedBy) == [nil, 13, 13, 13])
        let query = try verdict(start + "query I\n\(Self.endless)\n----\n1\n\n" + rest, on: SQLiteEngine())
        #expect(query.failures.map(\.kind) == [.timeout, .wrongValue])
        #expect(query.failures.map(\.causedBy) == [nil, nil])
    }

    @Test("in the other dialects it ends the file as any failure does, also where a failure is allowed", arguments: [
        (.rs, "query I\nSELECT 1\n----\n1\n\nstatement error\n\(endless)\n\nstatement ok\nnonsense\n", 6), (.rs, "query error\n\(endless)\n", 1), (.rs, "let x\n\(endless)\n", 1),
        (.duckdb, "query I\nSELECT 1\n----\n1\n\nstatement maybe\n\(endless)\n----\ntimeout\n", 6), (.duckdb, "loop i 0 3\n\nquery I\n\(endless)\n----\n1\n\nendloop\n", 3),
        (.duckdb, "concurrentloop i 0 3\n\nquery I\n\(endless)\n----\n1\n\nendloop\n", 3),
    ] as [(Dialect, String, Int)])
    func dialects(dialect: Dialect, text: String, line: Int) throws {
        let verdict = try verdict(text, dialect, on: SQLiteEngine())
        #expect(verdict.failures.map(\.line) == [line])
        #expect(verdict.failures.allSatisfy(isTimeout), "\(verdict.failures)")
        #expect(verdict.stopReason == .firstError)
    }

    @Test("each try of a record has the limit, and one that then holds was only retried; pauses have none")
    func retries() throws {
        // The program answers slowly once.
        let folder = try TemporaryFolder()
        let shim = "import os, time\nwhile data := os.read(0, 65536):\n  if b'slow' in data and not os.path.exists('\(folder.path)/seen'):\n    open('\(folder.path)/seen', 'w')\n    time.sleep(900)\n"
            + "  os.write(1, b'{\"result\":[[\"1\"]]}')\n"
        let file = try folder.write(shim, to: "engine.py")
        let text = "sleep 5s\n\nquery I retry 2 backoff 5s\nslow\n----\n1\n\nquery I\nnext\n----\n1\n"
        let verdict = try verdict(text, .rs, on: ExternalEngine(template: "exec python3 \(file)"), seconds: 4, isPersistent: true)
        #expect(verdict.passed, "\(verdict.failures)")
        #expect(verdict.retried?.map(\.failed) == [1])
    }

    @Test("only the connection that hung is made again; the others of the file go on as they are")
    func connections() throws {
        let folder = try TemporaryFolder()
        // It knows its own process: `pid` asks for it, and anything else whether it was named.
        let shim = "import json, os, time\nown = str(os.getpid())\nwhile data := os.read(0, 65536):\n  if b'slow' in data and not os.path.exists('\(folder.path)/seen'):\n    open('\(folder.path)/seen', 'w')\n    time.sleep(900)\n"
            + "  answer = own if b'pid' in data else 'yes' if own.encode() in data else 'no'\n  os.write(1, json.dumps({'result': [[answer]]}).encode())\n"
        let file = try folder.write(shim, to: "engine.py")
        let text = "control substitution on\n\nlet first\npid\n\nconnection b\nlet second\npid\n\nconnection b\nstatement ok retry 2 backoff 1s\nslow\n\n"
            + "query T\nis it ${first}\n----\nyes\n\nconnection b\nquery T\nis it ${second}\n----\nno\n"
        let verdict = try verdict(text, .rs, on: ExternalEngine(template: "exec python3 \(file)"), seconds: 4, isPersistent: true)
        #expect(verdict.failures.map(\.message) == [], "\(verdict.failures)")
        #expect(verdict.retried?.count == 1)
    }

    private static let shim = ExternalEngine(template: "exec python3 '\(root)/docs/engines/sqlite_shim.py' {db}")

    @Test("a program that is ended takes its database along: the file ends as a time-out, and the program counts not as lost", arguments: Dialect.allCases)
    func lostDatabase(dialect: Dialect) throws {
        let text = "statement ok\nCREATE TABLE t(a)\n\nquery I\n\(Self.endless)\n----\n1\n\nquery I\nSELECT 1\n----\n1\n"
        let engine = Self.shim
        let verdict = try verdict(text, dialect, on: engine, seconds: Self.programSeconds)
        #expect(verdict.outcome == .timeout)
        #expect(verdict.failures.map(\.line) == [4])
        #expect(verdict.failures.allSatisfy(isTimeout), "\(verdict.failures)")
        #expect(verdict.failures.first?.message.contains("its database with it") == true)
        #expect(verdict.stoppedAt == 4)
        #expect(verdict.tests == 2)
        #expect(!engine.consumeLoss())
    }

    @Test("a database that outlives its program is gone on with, and only an open transaction is missing")
    func persistent() throws {
        let folder = try TemporaryFolder()
        let engine = ExternalEngine(template: "exec python3 '\(Self.root)/docs/engines/sqlite_shim.py' '\(folder.path)'/{db}")
        func text(_ begin: String) -> String {
            "statement ok\nCREATE TABLE t(a)\n\n\(begin)query I\n\(Self.endless)\n----\n1\n\nquery I\nSELECT count(*) FROM t\n----\n0\n\nquery I\nSELECT 2\n----\n1\n"
        }
        let plain = try verdict(text(""), on: engine, seconds: Self.programSeconds, isPersistent: true)
        #expect(plain.failures.map(\.kind) == [.timeout, .wrongValue])
        #expect(plain.failures.map(\.causedBy) == [nil, nil])
        #expect(plain.outcome == .fail)
        let open = try verdict(text("statement ok\nBEGIN\n\n"), on: engine, seconds: Self.programSeconds, isPersistent: true)
        #expect(open.failures.map(\.kind) == [.timeout, .wrongValue])
        #expect(open.failures.map(\.causedBy) == [nil, 7])
        #expect(!engine.consumeLoss())
    }

    @Test("PostgreSQL gets a cancel request: the file goes on, and a transaction is gone", arguments: [PostgresQueryProtocol.simple, .extended])
    func postgres(queryProtocol: PostgresQueryProtocol) throws {
        let engine = try PostgresEngine(connection: PrivatePostgres.shared.get().connection, queryProtocol: queryProtocol)
        let text = "statement ok\nCREATE TABLE t(a int)\n\nquery T\nSELECT pg_sleep(900)\n----\n1\n\nquery I\nSELECT 1\n----\n1\n\nstatement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES (1)\n\n"
            + "statement error\nSELECT pg_sleep(900)\n\nstatement ok\nSELECT 1\n\nstatement ok\nROLLBACK\n\nquery I\nSELECT count(*) FROM t\n----\n1\n"
        let verdict = try verdict(text, on: engine)
        #expect(verdict.failures.map(\.kind) == [.timeout, .timeout, .statementFailed, .wrongValue])
        #expect(verdict.failures.map(\.causedBy) == [nil, nil, 20, 20])
        #expect(verdict.outcome == .fail)
        #expect(!engine.consumeLoss())
    }

    @Test("an engine whose statements cannot be ended is refused before anything runs")
    func refused() throws {
        let error = #expect(throws: SQLLogicTestError.self) { try verdict("statement ok\nSELECT 1\n", on: FixedEngine()) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("cannot be interrupted") == true)
    }

    private struct FixedEngine: Engine {
        let name = "fixed"
        func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase { FixedDatabase() }
    }

    private final class FixedDatabase: EngineDatabase {
        let name = "fixed"
        func connect() throws(SQLLogicTestError) -> any EngineConnection { FixedConnection() }
    }

    private final class FixedConnection: EngineConnection {
        func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? { nil }
        func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> QueryOutcome { .rows }
        func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome { .complete(count: 0) }
    }

    @Test("a record that takes too long is reduced by that: it fails in its own way, also before the last record")
    func reduction() throws {
        let engine = try SQLiteEngine()
        func trial() throws -> Trial { try Trial(TrialConnections(TrialEngines(engine: engine, reference: engine)), limit: RecordLimit(seconds: 1)) }
        let slow = ReductionRecord(.query(types: Array("I".utf8), sortMode: .nosort), Array(Self.filling.replacing("INSERT INTO t ", with: "").utf8), line: 1)
        var steps = try trial()
        // The reference has no limit: it is asked only for what ends.
        let quick = ReductionRecord(.query(types: Array("I".utf8), sortMode: .nosort), Array("SELECT 1".utf8), line: 2)
        #expect(steps.steps([quick], onRecord: { _ in }).map(\.holds) == [true])
        var alone = try Trial(TrialConnections(TrialEngines(engine: engine, reference: nil)), limit: RecordLimit(seconds: 1))
        #expect(alone.steps([slow], onRecord: { _ in }).map(\.ended) == [.timeout])
        let end = alone.end(slow)
        #expect(end.engine == .ended(.timeout))
        let errors = ErrorClass([slow])
        #expect(TrialQuestion.signature(of: end, slow.kind, expected: .rows(ResultRows(expected: ["1"], columns: 1)), errors: errors) == .timeout)
    }
}
