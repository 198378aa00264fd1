import Testing
@testable import SQLLogicTest

@Suite("pieces of SQL")
struct SQLPiecesTests {
    private func pieces(_ sql: String) -> SQLPieces { SQLPieces(Array(sql.utf8)) }
    private func text(_ pieces: SQLPieces?) -> String? { pieces.map { String(decoding: $0.sql, as: UTF8.self) } }

    @Test("come together again as the same SQL on one line", arguments: [
        ("SELECT a\n  FROM t -- all\n WHERE b<>'it''s';", "SELECT a FROM t WHERE b<>'it''s'"),
        ("select/**/1", "select 1"),
        ("SELECT a.b, \"c d\"||x'00', [e f] FROM `g`", "SELECT a.b, \"c d\"||x'00', [e f] FROM `g`"),
        ("SELECT -1 - -1", "SELECT -1 - -1"),
        ("", ""),
        (";;", ""),
    ])
    func render(sql: String, expected: String) { #expect(text(pieces(sql)) == expected) }

    @Test("rows and columns of an INSERT can go")
    func inserts() throws {
        let insert = try #require(InsertedRows(pieces("INSERT OR IGNORE INTO main.t(a, b) VALUES (1, f(2, 3)), (4, (5)) ON CONFLICT DO NOTHING")))
        #expect(insert.table == "t")
        #expect(insert.rows.count == 2 && insert.values.map(\.count) == [2, 2])
        #expect(text(insert.keeping([1])) == "INSERT OR IGNORE INTO main.t(a, b) VALUES (4, (5)) ON CONFLICT DO NOTHING")
        #expect(text(insert.withoutColumn(0)) == "INSERT OR IGNORE INTO main.t(b) VALUES (f(2, 3)), ((5)) ON CONFLICT DO NOTHING")
        #expect(text(insert.withoutColumn(1)) == "INSERT OR IGNORE INTO main.t(a) VALUES (1), (4) ON CONFLICT DO NOTHING")
        #expect(insert.withoutColumn(2) == nil)
        let other = try #require(InsertedRows(pieces("INSERT OR IGNORE INTO main.t(a, b) VALUES (7, 8) ON CONFLICT DO NOTHING")))
        #expect(text(insert.joined(with: other)) == "INSERT OR IGNORE INTO main.t(a, b) VALUES (1, f(2, 3)), (4, (5)), (7, 8) ON CONFLICT DO NOTHING")
        #expect(try insert.joined(with: #require(InsertedRows(pieces("INSERT INTO main.t(a, b) VALUES (7, 8)")))) == nil)
        #expect(InsertedRows(pieces("INSERT INTO t SELECT 1")) == nil)
        #expect(InsertedRows(pieces("INSERT INTO t DEFAULT VALUES")) == nil)
        #expect(InsertedRows(pieces("UPDATE t SET a = 1")) == nil)
    }

    @Test("columns of a table can go, and constraints are none")
    func tables() throws {
        let table = try #require(TableDefinition(pieces("CREATE TABLE IF NOT EXISTS \"T\"(a INTEGER CHECK (a > 0), b DECIMAL(10, 2), PRIMARY KEY (a, b))")))
        #expect(table.table == "t" && table.columns == ["a", "b"])
        #expect(text(table.withoutColumn(0)) == "CREATE TABLE IF NOT EXISTS \"T\"(b DECIMAL(10, 2), PRIMARY KEY (a, b))")
        #expect(table.withoutColumn(2) == nil)
        #expect(TableDefinition(pieces("CREATE TABLE t AS SELECT 1")) == nil)
        #expect(TableDefinition(pieces("CREATE INDEX i ON t(a)")) == nil)
    }

    @Test("a column of a result goes from each part of a compound")
    func lists() throws {
        let lists = try #require(SelectLists(pieces("SELECT DISTINCT a, f(b, c) FROM t UNION ALL SELECT 1, (SELECT 2, 3) ORDER BY 1"), columns: 2))
        #expect(text(lists.without(0)) == "SELECT DISTINCT f(b, c) FROM t UNION ALL SELECT (SELECT 2, 3) ORDER BY 1")
        #expect(SelectLists(pieces("SELECT * FROM t"), columns: 2) == nil)
    }

    @Test("there are many ways to make a statement smaller, and none leaves nothing", arguments: [
        "SELECT a, b FROM t LEFT JOIN u ON t.a = u.a WHERE a BETWEEN 1 AND 2 AND NOT (b = 'x' OR c IN (SELECT 1)) GROUP BY a HAVING count(*) > 1 ORDER BY 1 LIMIT 5",
        "SELECT CASE WHEN a > 1 THEN 'abc' ELSE coalesce(b, -5) END FROM (SELECT 1 AS a) UNION SELECT 3", "(((", ")))", "SELECT CASE", "SELECT '", "",
    ])
    func edits(sql: String) {
        let pieces = pieces(sql)
        let edits = SQLEdits.all(of: pieces).map { pieces.replacing($0.range, by: $0.replacement) }
        #expect(!edits.contains { $0.pieces.isEmpty })
        if sql.count > 20 { #expect(edits.count > 30) }
    }

    @Test("SQL that no SQLite can read is told from SQL that only names what is not there", arguments: [
        ("SELECT a FROM nowhere", true), ("SELECT a FROM", false), ("SELECT a b c FROM t", false), ("INSERT INTO t VALUES (1", false), ("CREATE TABLE t(a)", true), ("", false),
    ])
    func syntax(sql: String, isPlausible: Bool) throws { #expect(try #require(SQLSyntax()).isPlausible(Array(sql.utf8)) == isPlausible) }

    @Test("an error's class leaves out names and numbers", arguments: [
        ("no such table: t1", "no such table: t2", true), ("no such table: t1", "no such column: t1", false), ("near \"FROM\": syntax error", "near \"WHERE\": syntax error", true),
        ("integer overflow", "out of memory", false), ("too many terms in compound SELECT 500", "too many terms in compound SELECT 12", true),
    ])
    func errors(one: String, other: String, isSame: Bool) {
        let errors = ErrorClass([ReductionRecord(.succeeds, Array("CREATE TABLE t1(a); CREATE TABLE t2(b)".utf8), line: 1)])
        #expect((errors.of(one, nil) == errors.of(other, nil)) == isSame)
        #expect((errors.of(one, "42P01") == errors.of(other, "42P01")) == isSame)
        #expect(errors.of(one, "42P01") != errors.of(one, "42P02"))
    }
}
