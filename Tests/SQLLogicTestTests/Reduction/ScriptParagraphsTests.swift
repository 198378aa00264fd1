import Testing
@testable import SQLLogicTest

@Suite("files as paragraphs that can go")
struct ScriptParagraphsTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a whole file stays as it is but for blank lines, whatever is in it", arguments: [
        "statement ok\nSELECT 1\n", "hash-threshold 8\n\nquery I\nSELECT\n  1\n----\n1\n\nhalt\n", "loop i 0 3\n\nstatement error\nSELECT ${i}\n----\nno\n\nendloop\n", "# a comment\n\nskipif x\nquery T\nSELECT 'a\nb'\n----\n",
    ])
    func whole(script: String) {
        let paragraphs = ScriptParagraphs(Array(script.utf8), isSQL: false)
        #expect(text(paragraphs.script(of: paragraphs.candidate)) == script)
    }

    @Test("a paragraph goes with all that is its own, and SQL can be another one")
    func edited() {
        let paragraphs = ScriptParagraphs(Array("statement ok\nSELECT 1\n\n\nonlyif x\nquery I\nSELECT 2\n----\n2\n\nhalt".utf8), isSQL: false)
        var candidate = paragraphs.candidate.without { $0 != 1 }
        candidate.records[0].sql = Array("SELECT 3".utf8)
        #expect(text(paragraphs.script(of: candidate)) == "onlyif x\nquery I\nSELECT 3\n----\n2\n")
        #expect(text(paragraphs.sql(of: candidate)) == "SELECT 3;\n")
        #expect(paragraphs.script(of: paragraphs.candidate.without { _ in true }).isEmpty)
    }

    @Test("plain SQL is cut at semicolons that end a statement", arguments: [
        ("", []), (" ; ;\n", []), ("SELECT 1", ["SELECT 1"]), ("SELECT ';'; -- a;\n SELECT 2;", ["SELECT ';'", "-- a;\n SELECT 2"]),
        ("CREATE TRIGGER r AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM a; END; SELECT 1", ["CREATE TRIGGER r AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM a; END", "SELECT 1"]),
        ("BEGIN; CREATE TABLE begin(a); END;", ["BEGIN", "CREATE TABLE begin(a)", "END"]),
    ] as [(String, [String])])
    func statements(sql: String, expected: [String]) {
        #expect(SQLStatements.all(in: Array(sql.utf8)).map { text($0) } == expected)
    }
}
