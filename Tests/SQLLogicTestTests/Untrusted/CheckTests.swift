import FoundationEssentials
import Glibc
@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("Checked scripts") struct CheckTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(_ text: String, _ dialect: Dialect, json: Bool = false, name: String = "own/a.test") throws -> (code: Int32, lines: [String]) {
        let path = try folder.write(text, to: name)
        var command = CheckCommand(files: [path], dialect: dialect)
        command.json = json
        command.workingDirectory = folder.file("own")
        var output = ""
        let code = command.run(output: { output += $0 }, diagnostics: { output += $0 })
        return (code, output.replacing(folder.path + "/", with: "").split(separator: "\n").map(String.init))
    }

    @Test("a file without mistakes is fine")
    func fine() throws {
        let result = try check("statement ok\nCREATE TABLE t(a INT)\n\nquery I rowsort\nSELECT a FROM t\n----\n", .sqlite)
        #expect(result.code == 0)
        #expect(result.lines == ["own/a.test: 2 records, nothing wrong, reaches for nothing outside"])
    }

    @Test("all mistakes of a file are told with their lines")
    func sqliteMistakes() throws {
        let text = "statement maybe\nSELECT 1\n\nquery IX\nSELECT 1, 2\n----\n1\n2\n\nqueri I\nSELECT 1\n\nquery I sorted\nSELECT 1\n----\n1\n\nquery I\nSELECT 1\n\nquery\nSELECT 1\n----\n1\n"
        let result = try check(text, .sqlite)
        #expect(result.code == 1)
        #expect(result.lines == [
            "own/a.test:1: wrong: statement argument should be 'ok' or 'error'",
            "own/a.test:4: wrong: unknown type character 'X' in type string",
            "own/a.test:10: wrong: unknown record type: 'queri'",
            "own/a.test:13: wrong: unknown sort method: 'sorted'",
            "own/a.test:18: wrong: the query has no ----",
            "own/a.test:21: wrong: missing type string",
            "own/a.test: 6 records, 6 wrong, reaches for nothing outside",
        ])
    }

    @Test("reading goes on behind a mistake of sqllogictest-rs's dialect, and includes have theirs")
    func rsMistakes() throws {
        _ = try folder.write("statement what\nSELECT 1\n", to: "own/inner.slt")
        let text = "statement wrong\nSELECT 1\n\ninclude inner.slt\n\ninclude none.slt\n\nsystem ok\necho 'a'\n\nquery I\nSELECT 1\n----\n1\n\nhalt now\n"
        let result = try check(text, .rs, name: "own/a.slt")
        #expect(result.code == 1)
        #expect(result.lines == [
            "own/a.slt:1: wrong: invalid line: \"statement wrong\"",
            "own/inner.slt:1: wrong: invalid line: \"statement what\"",
            "own/a.slt:6: wrong: include finds no file: none.slt",
            "own/a.slt:16: wrong: invalid line: \"halt now\"",
            "own/a.slt:8: note: starts a program: echo 'a' [system]",
            "own/a.slt: 2 records, 4 wrong, 1 note",
        ])
    }

    @Test("reading goes on behind a mistake of DuckDB's dialect")
    func duckMistakes() throws {
        let text = "statement yes\nSELECT 1\n\nquery X\nSELECT 1\n----\n1\n\ninclude none.test\n\nloop i 0\n\nfrobnicate\n\nloop i 0 2\n\nquery I\nSELECT 1\n"
        let result = try check(text, .duckdb)
        #expect(result.code == 1)
        #expect(result.lines.dropLast() == [
            "own/a.test:9: wrong: cannot read own/none.test: No such file or directory",
            "own/a.test:11: wrong: loop needs a variable, a start and an end",
            "own/a.test:15: wrong: the loop has no endloop",
            "own/a.test:1: wrong: statement argument should be 'ok', 'error' or 'maybe'",
            "own/a.test:4: wrong: query needs a type string of T, I and R",
            "own/a.test:13: wrong: unknown record type: 'frobnicate'",
            "own/a.test:17: wrong: the query has no ----",
        ])
    }

    @Test("what reaches outside is told with its line, and runs nothing")
    func concerns() throws {
        _ = try folder.write("statement ok\nVACUUM INTO 'x'\n", to: "outside.slt")
        let text = "include ../outside.slt\n\nstatement ok\nSELECT 1; ATTACH 'f' AS g\n\nsystem ok\ntouch \(folder.path)/made\n\ncontrol substitution on\n"
        let result = try check(text, .rs, name: "own/a.slt")
        #expect(result.code == 0)
        #expect(result.lines == [
            "own/a.slt:1: note: includes own/../outside.slt, which is not in the folder of the test file [outside]",
            "own/../outside.slt:1: note: VACUUM INTO [vacuum-into]",
            "own/a.slt:3: note: ATTACH [attach]",
            "own/a.slt:6: note: starts a program: touch made [system]",
            "own/a.slt:9: note: variables, also those of the environment, are replaced in what follows [variables]",
            "own/a.slt: 4 records, nothing wrong, 5 notes",
        ])
        #expect(access(folder.file("made"), F_OK) != 0)
    }

    @Test("DuckDB's own ways are told", arguments: [
        ("unzip a.gz", "starts gzip, which writes a file [system]"), ("require-env HOME", "uses the environment's variable HOME [environment]"),
        ("load ../x.db readonly", "opens the database ../x.db, which is not in the folder of the test file [outside]"),
        ("query I\nSELECT 1\n----\n<FILE>:/etc/passwd", "expects what is in /etc/passwd, which is not in the folder of the test file [outside]"),
        ("foreach x ATTACH\n\nstatement ok\n{x} 'f'\n\nendloop", "a variable says what the SQL does [variables]"),
    ])
    func duckConcerns(text: String, note: String) throws {
        #expect(try check(text + "\n", .duckdb).lines.first.map { String($0.split(separator: ": note: ", maxSplits: 1).last ?? "") } == note)
    }

    @Test("one line of JSON says the same")
    func json() throws {
        let result = try check("statement ok\nATTACH 'f' AS g\n\nquery I\nSELECT 1\n", .sqlite, json: true)
        #expect(result.code == 1)
        #expect(result.lines == [#"{"concerns":[{"kind":"attach","line":1,"message":"ATTACH"}],"file":"own/a.test","includes":[],"problems":[{"line":4,"message":"the query has no ----"}],"records":2}"#])
    }

    @Test("a file that cannot be read is told, and the others are checked")
    func unreadable() throws {
        var output = ""
        let path = try folder.write("statement ok\nSELECT 1\n", to: "a.test")
        let code = CheckCommand(files: [folder.file("none"), path], dialect: .sqlite).run(output: { output += $0 }, diagnostics: { output += $0 })
        #expect(code == 2)
        #expect(output == "\(folder.path)/none: cannot read \(folder.path)/none: No such file or directory\n\(path): 1 record, nothing wrong, reaches for nothing outside\n")
    }

    @Test("hostile bytes end no check", arguments: Dialect.allCases)
    func hostile(dialect: Dialect) {
        var random = SeededRandom(7)
        let pieces = ["statement ok\n", "query I\n", "----\n", "include a\n", "\n", "loop i 0 9\n", "endloop\n", "system ok\n", "'", "\"", "[", "$x$", "/*", "--", "E'\\", "\u{FEFF}", "U&\"", "(", ")", ";", "ATTACH ", "@x(", "FROM "]
        for _ in 0..<300 {
            let text = (0..<40).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            let survey = ScriptSurvey(Script(text), dialect: dialect)
            #expect(survey.records >= 0)
        }
    }
}
