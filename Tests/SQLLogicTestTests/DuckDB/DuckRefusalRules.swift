import SQLLogicTest
import Testing

@Suite("DuckDB's dialect: what is refused") struct DuckRefusalRules {
    private func duck(_ text: String, path: String? = nil) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = .duckdb
        return try FileRunner(options: options).run(Script(text, name: path ?? "duck.test"), on: SQLiteEngine())
    }

    private func message(_ text: String) throws -> String { try duck(text).failures.first?.message ?? "" }

    @Test("an internal error is never expected, nor is one that the script names", arguments: [
        ("", "INTERNAL", false), ("", "differs from original result!", false), ("", "plain", true),
        ("set always_fail_error_messages plain, of two words\n\n", "plain", false), ("set always_fail_error_messages plain, of two words\n\n", "of two words", false),
        ("set always_fail_error_messages plain\n\n", "INTERNAL", true), ("set always_fail_error_messages\n\n", "INTERNAL", true),
    ])
    func unexpectable(setting: String, text: String, passes: Bool) throws {
        for kind in ["error", "maybe"] {
            #expect(try duck(setting + "statement \(kind)\nSELECT * FROM \"\(text)\"\n----\nno such table\n").passed == passes, "\(kind)")
        }
    }

    @Test("what DuckDB's runner refuses is an error", arguments: [
        ("statement ok\nSELECT 1\n----\n1\n", "only a statement that fails can have an error message below ----"),
        ("statement ok\nSELECT 1\n----\n", "only a statement that fails can have an error message below ----"),
        ("statement error\nSELECT * FROM t\n", "statement error needs the error message below ----"), ("statement maybe\nSELECT 1\n", "statement maybe needs the error message below ----"),
        ("onlyif i=1\nstatement ok\nSELECT 1\n", "conditions on loop variables can only stand within a loop: i=1"),
        ("skipif i<>1\nstatement ok\nSELECT 1\n", "conditions on loop variables can only stand within a loop: i<>1"),
        ("loop i 0 1\n\nonlyif j=1\nstatement ok\nSELECT 1\n\nendloop\n", "j is no variable of a loop around this condition"),
        ("loop j 0 1\n\nendloop\n\nloop i 0 1\n\nskipif j=1\nstatement ok\nSELECT 1\n\nendloop\n", "j is no variable of a loop around this condition"),
        ("test-env j 1\n\nloop i 0 1\n\nskipif j=1\nstatement ok\nSELECT 1\n\nendloop\n", "j is no variable of a loop around this condition"),
        ("foreach i a\n\nskipif i>1\nstatement ok\nSELECT 1\n\nendloop\n", "a > 1 does not compare numbers"),
        ("loop i 0 1\n\nskipif i=\nstatement ok\nSELECT 1\n\nendloop\n", "a condition is x=y or x>y, or several with && between them: i="),
        ("reset label q\n", "there is no label q to reset"), ("query I nosort q\nSELECT 1\n\nreset label q\n\nreset label q\n", "there is no label q to reset"),
        ("continue\n", "continue can only stand within a loop"), ("loop i 0 1\n\nendloop\n\ncontinue\n", "continue can only stand within a loop"),
        ("concurrentloop i 0 2\n\nstatement ok c\nSELECT 1\n\nendloop\n", "a connection with a name cannot be used in a concurrent loop"),
        ("concurrentloop i 0 2\n\nquery I c\nSELECT 1\n----\n1\n\nendloop\n", "a connection with a name cannot be used in a concurrent loop"),
        ("query I\nSELECT 1, 2 WHERE 0\n----\n", "wrong number of result columns: expected 1 but got 2"), ("query II\nSELECT 1 WHERE 0\n", "wrong number of result columns: expected 2 but got 1"),
    ])
    func refused(text: String, reason: String) throws { #expect(try message(text) == reason) }

    @Test("what is skipped is not refused")
    func skippedIsNotRefused() throws {
        #expect(try duck("mode skip\n\ncontinue\n\nonlyif i=1\nstatement error\nSELECT 1\n\nreset label q\n\nmode unskip\n").passed)
        #expect(try duck("require none\n\nstatement error\nSELECT 1\n").skipReason != nil)
        #expect(try duck("statement error\nSELECT * FROM t\n", path: "/x/third_party/sqllogictest/a.test").passed)
    }
}
