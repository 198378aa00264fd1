import Testing
@testable import SQLLogicTest

@Suite("SQL that only makes, fills and reads tables") struct TableSQLTests {
    @Test("is told by its words", arguments: [
        ("CREATE TABLE t(a INTEGER PRIMARY KEY)", true), ("create unique index i on t(a);", true), ("DROP VIEW v", true), ("INSERT INTO t VALUES ('a;b', 'pg_class')", false),
        ("INSERT INTO t VALUES ('a;b')", true), ("SELECT 1;;", true), ("WITH x AS (SELECT 1) SELECT * FROM x", true), ("UPDATE t SET a = 1", true),
        ("CREATE TEMPORARY TABLE t(a)", false), ("CREATE SCHEMA s", false), ("SET x = 1", false), ("BEGIN", false), ("SELECT 1; CREATE SCHEMA s", false), ("SELECT lo_create(0)", false),
        ("DELETE FROM pg_class", false), ("DELETE FROM \"pg_catalog\".x", false), ("CREATE FUNCTION f() RETURNS int", false), ("", false), ("-- nothing", false), ("(SELECT 1)", false),
    ])
    func words(sql: String, isPlain: Bool) {
        #expect(TableSQL.holds(Array(sql.utf8)) == isPlain)
    }
}
