@testable import SQLLogicTest
import Testing

@Suite("Failures that follow from others") struct ConsequenceTests {
    /// `ok SQL`: succeeded; `error SQL`: failed; `wrong SQL`: wrong rows; `done SQL`: succeeded and must not; `other SQL`: with another error.
    /// `error MESSAGE | SQL` gives the engine's words.
    private static func causes(_ records: [String]) -> [Int?] {
        var consequences = Consequences()
        return records.enumerated().map { index, record in
            let parts = record.split(separator: " ", maxSplits: 1).map(String.init)
            let words = parts[1].split(separator: " | ").map(String.init)
            let categories: [String: FailureCategory] = ["error": .unexpectedError, "wrong": .wrongRows, "done": .unexpectedSuccess, "other": .wrongError]
            return Array(words[words.count - 1].utf8).withUnsafeBufferPointer { sql in
                if let category = categories[parts[0]] { return consequences.add(sql, line: index + 1, category, message: words.count > 1 ? words[0] : "") }
                consequences.succeeded(sql)
                return nil
            }
        }
    }

    @Test("what names an object that a failed statement would have made or changed follows from it, also through others", arguments: [
        ["error CREATE TABLE t(a)", "error INSERT INTO t VALUES(1)", "wrong SELECT * FROM t"],
        ["error CREATE TABLE IF NOT EXISTS main.\"T\"(a)", "error INSERT INTO t VALUES(1)", "error SELECT a FROM x, t WHERE 1"],
        ["error CREATE TABL t(type text)", "error INSERT INTO t VALUES(1)", "wrong SELECT * FROM t"],
        ["error create temp view v as select 1", "wrong select * from (select * from V) x join y on 1", "error drop view v"],
        ["error CREATE TABLE t AS SELECT 1", "error CREATE VIEW v AS SELECT * FROM t", "wrong SELECT * FROM v"],
        ["error INSERT INTO t VALUES(1)", "wrong SELECT count(*) FROM t", "wrong SELECT t.a FROM u, [t]"],
        ["error INSERT OR REPLACE INTO t VALUES(1)", "wrong SELECT 1 WHERE 1 IN (SELECT a FROM t)", "wrong SELECT 1 IN t"],
        ["error UPDATE OR IGNORE t SET a = 1", "wrong SELECT * FROM `t`", "error DELETE FROM t"],
        ["error DELETE FROM ONLY t", "wrong SELECT * FROM s.t", "wrong TABLE t"],
        ["error WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "wrong SELECT * FROM t", "done INSERT INTO t VALUES(1)"],
        ["error ALTER TABLE t ADD COLUMN c", "error SELECT c FROM t", "wrong SELECT * FROM t"],
        ["error ALTER TABLE t RENAME TO u", "error SELECT c FROM u", "wrong SELECT * FROM t"],
        ["error DROP TABLE IF EXISTS t, u", "error CREATE TABLE t(a)", "error CREATE TABLE u(a)"],
        ["error CREATE UNIQUE INDEX i ON t(a)", "done INSERT INTO t VALUES(1)", "error DROP INDEX i"],
        ["error CREATE INDEX i ON t(a)", "error DROP INDEX i", "error SELECT * FROM t INDEXED BY i"],
        ["error CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log VALUES(1); END", "wrong SELECT * FROM log", "error DROP TRIGGER g"],
        ["error CREATE FUNCTION f(a int) RETURNS int AS $$ SELECT 1 $$", "error SELECT f(1)", "error DROP FUNCTION f"],
        ["error CREATE SEQUENCE s", "error SELECT nextval('s')", "error DROP SEQUENCE s"],
        ["error CREATE SCHEMA s", "error CREATE TABLE s.t(a)", "error SELECT * FROM s.t"],
        ["error CREATE TYPE mood AS ENUM ('x')", "error CREATE TABLE t(a mood)", "wrong SELECT * FROM t"],
        ["done CREATE TABLE t(a)", "error CREATE TABLE t(a)", "error DROP TABLE t"],
        ["done INSERT INTO t VALUES(1)", "wrong SELECT * FROM t", "other INSERT INTO t VALUES(2)"],
        ["error TRUNCATE TABLE t", "wrong SELECT * FROM t", "wrong SELECT * FROM ((t))"],
        ["error COPY t FROM 'file'", "wrong SELECT * FROM t", "wrong SELECT * FROM x LEFT JOIN t USING (a)"],
        ["error BEGIN", "error COMMIT", "error ROLLBACK"],
        ["error ATTACH 'x' AS other", "error SELECT * FROM other.t", "error DETACH other"],
        ["error no such table: x | SELECT * FROM x", "error current transaction is aborted, commands ignored until end of transaction block | SELECT 1",
         "error TransactionContext Error: Current transaction is aborted (please ROLLBACK) | SELECT 2"],
        ["error CREATE TABLE t(a)", "error no such table: main.t | SELECT * FROM v", "error relation \"t\" does not exist | SELECT * FROM w"],
    ])
    func follow(records: [String]) {
        #expect(Self.causes(records) == [nil, 1, 1])
    }

    @Test("what names no such object is a failure of its own", arguments: [
        ["error CREATE TABLE t(a)", "wrong SELECT * FROM u"], ["error CREATE TABLE t(a)", "wrong SELECT 't' FROM u"], ["error CREATE TABLE a(x)", "wrong SELECT a, b FROM u"],
        ["error CREATE TABLE a(x)", "error INSERT INTO u(a) VALUES(1)"], ["error CREATE TABLE a(x)", "error CREATE TABLE u(a, b REFERENCES c, a)"],
        ["error CREATE TABLE t(a)", "wrong SELECT 1 -- FROM t"], ["error CREATE TABLE t(a)", "wrong SELECT 1 /* FROM t */"], ["error SELECT * FROM t", "wrong SELECT * FROM t"],
        ["wrong SELECT * FROM t", "error SELECT * FROM t"], ["other INSERT INTO t VALUES(1)", "wrong SELECT * FROM t"], ["error CREATE INDEX i ON t(a)", "wrong SELECT * FROM t"],
        ["error CREATE TABLE a(x)", "wrong SELECT x FROM u ORDER BY b, a"], ["error CREATE TABLE a(x)", "wrong SELECT x FROM u JOIN v USING (a)"],
        ["error CREATE TABLE a(x)", "wrong SELECT x FROM u WHERE b IN (a, 2)"], ["error PRAGMA x", "wrong SELECT 1"], ["error BEGIN", "wrong SELECT ''"],
        ["error CREATE TABLE t(a)", "error syntax error near t | SELEC 1"], ["error ;", "wrong SELECT 1"],
        ["error CREATE TABLE", "wrong SELECT 1"], ["error SELECT 1 FOR UPDATE OF t", "wrong SELECT * FROM t"],
    ])
    func unrelated(records: [String]) {
        #expect(Self.causes(records) == [nil, nil])
    }

    @Test("what is made anew, or removed, is as it should be again", arguments: [
        (["error CREATE TABLE t(a)", "ok CREATE TABLE t(a)", "wrong SELECT * FROM t"], [nil, nil, nil]),
        (["error INSERT INTO t VALUES(1)", "ok DROP TABLE t", "ok CREATE TABLE t(a)", "wrong SELECT * FROM t"], [nil, nil, nil, nil]),
        (["error INSERT INTO t VALUES(1)", "ok CREATE TABLE IF NOT EXISTS t(a)", "wrong SELECT * FROM t"], [nil, nil, 1]),
        (["error INSERT INTO t VALUES(1)", "ok CREATE VIEW v AS SELECT * FROM t", "wrong SELECT * FROM v"], [nil, nil, 1]),
        (["error INSERT INTO t VALUES(1)", "ok ALTER TABLE t RENAME TO u", "wrong SELECT * FROM u"], [nil, nil, 1]),
        (["error INSERT INTO t VALUES(1)", "ok INSERT INTO t VALUES(2)", "wrong SELECT * FROM t"], [nil, nil, 1]),
        (["error INSERT INTO t VALUES(1)", "ok DROP VIEW v", "wrong SELECT * FROM t"], [nil, nil, 1]),
        (["error CREATE TABLE t(a)", "error INSERT INTO u SELECT * FROM t", "ok CREATE TABLE t(a)", "wrong SELECT * FROM u, t"], [nil, 1, nil, 1]),
    ] as [([String], [Int?])])
    func mended(records: [String], causes: [Int?]) {
        #expect(Self.causes(records) == causes)
    }

    @Test("the earliest statement is to blame where several are")
    func earliest() {
        #expect(Self.causes(["error CREATE TABLE a(x)", "error CREATE TABLE b(x)", "wrong SELECT * FROM b, a", "wrong SELECT * FROM b"]) == [nil, nil, 1, 2])
    }

    @Test("any bytes are SQL")
    func anyBytes() {
        let parts = ["create", "table", "t", "(", ")", ",", ".", "from", "drop", "index", "on", "as", "rename", "to", "'", "\"", ";", "alter", "into", "update", "\u{E9}", "delete", "attach", "unique", "view", "trigger"]
        var state: UInt64 = 5
        func next(_ below: Int) -> Int {
            state = state &* 6364136223846793005 &+ 1442695040888963407
            return Int(state >> 33) % below
        }
        var consequences = Consequences()
        for line in 1...3000 {
            let sql = Array((0..<next(12)).map { _ in parts[next(parts.count)] }.joined(separator: next(4) == 0 ? "" : " ").utf8)
            sql.withUnsafeBufferPointer { bytes in
                if next(3) == 0 { consequences.succeeded(bytes) } else { #expect(consequences.add(bytes, line: line, .unexpectedError, message: "") ?? 0 < line) }
            }
        }
    }
}
