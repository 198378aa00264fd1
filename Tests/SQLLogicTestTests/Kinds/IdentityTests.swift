@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("Which record failed") struct IdentityTests {
    private static func normalized(_ sql: String) -> String {
        String(decoding: Array(sql.utf8).withUnsafeBufferPointer { NormalizedSQL.of($0) }, as: UTF8.self)
    }

    @Test("comments, blanks, letters and semicolons at the end make no other record; what is quoted does", arguments: [
        ("SELECT  1 ;", "select 1"), ("\tSelect\r\n1 ;;\n ; ", "select 1"), ("-- x\nSELECT /* a\n'b */ 1 -- end", "select 1"), ("SELECT/**/1", "select 1"),
        ("SELECT 'A  B' , \"A  B\"", "select 'A  B' , \"A  B\""), ("SELECT `A  B`, [A  B]", "select `A  B`, [A  B]"), ("SELECT 'it''s -- X', A", "select 'it''s -- X', a"),
        ("SELECT $$ A -- B $$, C", "select $$ A -- B $$, c"), ("SELECT $x$ $$ A $x$, C", "select $x$ $$ A $x$, c"), ("SELECT $1 , A$B$ C", "select $1 , a$b$ c"),
        ("SELECT 'A", "select 'A"), ("SELECT [A", "select [a"), ("SELECT $x$ A", "select $x$ a"),
        ("$X$ A $Y$ B $Y$ C $Z$ D", "$x$ a $Y$ B $Y$ c $z$ d"), ("$a$B$ $b$ C $b$ D $a", "$a$b$ $b$ C $b$ d $a"), ("[A $$ [B $$ [C", "[a $$ [B $$ [c"), ("[A [B] [C [D", "[A [B] [c [d"), ("SELECT 1 /* open", "select 1"), ("", ""), (" ; ", ""),
        ("SELECT ';' ;", "select ';'"), ("SELECT 1E5, X'AB'", "select 1e5, x'AB'"), ("SELECT '\u{E4}\u{C4}', \u{C4}", "select '\u{E4}\u{C4}', \u{C4}"), ("a - - b", "a - - b"),
    ])
    func normalizes(sql: String, form: String) {
        #expect(Self.normalized(sql) == form)
        #expect(Self.normalized(form) == form)
    }

    @Test("any bytes have a form, and it is its own form")
    func anyBytes() {
        var random = SeededRandom(7)
        let parts = ["'", "\"", "`", "[", "]", "$", "$a$", "--", "/*", "*/", "\n", " ", ";", "a", "B", "1", ".", "\u{E9}", "\0"]
        for _ in 0..<3000 {
            let sql = (0..<Int.random(in: 0...12, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            let form = Self.normalized(sql)
            #expect(Self.normalized(form) == form, "\(sql.debugDescription)")
        }
    }

    private static func identities(_ text: String, _ dialect: Dialect = .sqlite) throws -> [RecordKey?] {
        var options = RunOptions()
        options.dialect = dialect
        return try FileRunner(options: options).run(Script(text), on: SQLiteEngine()).failures.map(\.identity)
    }

    @Test("a record keeps its identity when lines move, and the first 16 digits of the MD5 of its SQL are its digest")
    func keeps() throws {
        let plain = try Self.identities("query I\nSELECT  1;\n----\n2\n")
        let digest = String("select 1".utf8.withContiguousStorageIfAvailable { String(decoding: ResultDigest.of($0), as: UTF8.self) }?.prefix(16) ?? "")
        #expect(plain == [RecordKey(digest: digest, occurrence: 1)])
        #expect(try Self.identities("# moved\n\nstatement ok\nSELECT 3\n\nquery I rowsort\nselect 1 -- one\n----\n3\n") == plain)
        #expect(try Self.identities("query I\r\nSELECT 1\r\n----\r\n2\r\n") == plain)
        #expect(try Self.identities("query I\nSELECT 1\n----\n2\n", .rs) == plain)
        #expect(try Self.identities("query I\r\nSELECT 1\r\n----\r\n2\r\n", .duckdb) == plain)
    }

    @Test("records with the same SQL are counted, also those that conditions leave out", arguments: [Dialect.sqlite, .rs, .duckdb])
    func counts(dialect: Dialect) throws {
        let text = "query I\nSELECT 1\n----\n1\n\nstatement ok\nSELECT 2\n\nskipif sqlite\nquery I\nselect 1\n----\n5\n\nskipif duckdb\nonlyif nothing\nquery I\nselect  1\n----\n5\n\nquery I\nSELECT 1;\n----\n2\n"
        let found = try Self.identities(dialect == .duckdb ? text.replacing("skipif sqlite", with: "skipif duckdb") : text, dialect)
        #expect(found.map { $0?.occurrence } == [4])
    }

    @Test("the rounds of a loop are one record, whose SQL is that of the script")
    func loops() throws {
        let loop = "loop i 0 3\n\nquery I\nSELECT ${i}\n----\n0\n\nendloop\n"
        let found = try Self.identities(loop, .duckdb)
        #expect(found.map { $0?.occurrence } == [1])
        #expect(try Self.identities(loop.replacing("loop i 0 3", with: "foreach i 5 6"), .duckdb) == found)
        #expect(try Self.identities("query I\nSELECT ${i}\n----\n0\n\n" + loop, .duckdb).map { $0?.occurrence } == [1])
        let variable = "control substitution on\n\nquery T\nSELECT '$x'\n----\nb\n"
        let unbound = try Self.identities("let x\nSELECT 'a'\n\n" + variable, .rs)
        #expect(unbound == (try Self.identities("let x\nSELECT 'c'\n\n" + variable, .rs)))
        #expect(unbound.count == 1 && unbound[0] != nil)
    }

    @Test("a record of an included script is one of the script that includes it")
    func includes() throws {
        let folder = try TemporaryFolder()
        try folder.write("query I\nSELECT 1\n----\n1\n", to: "inner.test")
        for dialect in [Dialect.rs, .duckdb] {
            let main = try folder.write("include inner.test\n\ninclude inner.test\n\nquery I\nSELECT 1\n----\n2\n", to: "main.test")
            var options = RunOptions()
            options.dialect = dialect
            #expect(try FileRunner(options: options).run(path: main, on: SQLiteEngine()).failures.map { $0.identity?.occurrence } == [3], "\(dialect)")
        }
    }

    @Test("a record without SQL has no identity")
    func none() throws {
        #expect(try Self.identities("nonsense\n") == [nil])
        #expect(try Self.identities("nonsense\n", .duckdb) == [nil])
    }
}
