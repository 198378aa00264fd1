import FoundationEssentials
@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("sqllogictest-rs: records") struct RSRecordRules {
    @Test("a header line is whitespace-split")
    func header() throws {
        #expect(try rs("  query \t I   rowsort  \nSELECT 1\n----\n1\n").tests == 1)
    }

    @Test("blank is an empty line only: a line of spaces inside SQL does not end it")
    func blank() throws {
        #expect(try rs("query T\nSELECT '\n   \n' = char(10,32,32,32,10)\n----\n1\n").passed)
    }

    @Test("# is a comment only between records; inside SQL or results it is content")
    func comments() throws {
        #expect(try rs("# comment\nquery T\nSELECT '\n# a'\n----\n# a\n").passed)
        #expect(try rsMessage("statement ok\nSELECT 1\n# no comment\n").hasPrefix("statement failed: "))
    }

    @Test("\\r\\n is accepted")
    func lineEnds() throws {
        let verdict = try rs("statement ok\r\nSELECT 1\r\n\r\nquery I\r\nSELECT 1\r\n----\r\n1\r\n")
        #expect(verdict.passed)
        #expect(verdict.tests == 2)
    }

    @Test("include GLOB is relative to the including file and must match at least one")
    func include() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("statement ok\nCREATE TABLE a(x)\n", to: "part-a.slt")
        _ = try folder.write("# fails\nstatement ok\nINSERT INTO missing VALUES(1)\n", to: "part-b.slt")
        let main = try folder.write("include part-*.slt\n\nstatement ok\nSELECT 1\n", to: "main.slt")
        var options = RunOptions()
        options.dialect = .rs
        let runner = FileRunner(options: options)
        let verdict = try runner.run(path: main, on: SQLiteEngine())
        #expect(verdict.tests == 2)
        #expect(verdict.failures.first?.file == folder.file("part-b.slt"))
        #expect(verdict.failures.first?.line == 2)
        let none = try folder.write("include none-*.slt\n", to: "none.slt")
        #expect(try runner.run(path: none, on: SQLiteEngine()).failures.first?.message == "include finds no file: none-*.slt")
        let itself = try folder.write("include itself.slt\n", to: "itself.slt")
        #expect(try runner.run(path: itself, on: SQLiteEngine()).failures.first?.message.hasPrefix("includes are nested") == true)
    }

    /// The pattern, and the files that it brings in, in their order.
    @Test("include takes the patterns of Rust's glob crate, and the files in its order", arguments: [
        ("d/**/*.part", "d/.h/e.part d/a.part d/b/c.part d/b/f/g.part d/b-/h.part d/b.part"), ("**/c.part", "d/b/c.part"), ("d/*.part", "d/a.part d/b.part"),
        ("d/*/*.part", "d/.h/e.part d/b/c.part d/b-/h.part"), ("d/**/f/*.part", "d/b/f/g.part"), ("d/**/**/g.part", "d/b/f/g.part"), ("d/?.part", "d/a.part d/b.part"),
        ("d/[ab].part", "d/a.part d/b.part"), ("d/[!a].part", "d/b.part"), ("d/[b-z].part", "d/b.part"), ("d/b/../a.part", "d/b/../a.part"), ("./d/a.part", "./d/a.part"),
        ("d/[]].part", ""), ("d/**/none.part", ""), ("d/{a,b}.part", ""), ("d/A.part", ""), ("none/**/*.part", ""), ("d/a.part/*", ""),
    ])
    func includePatterns(pattern: String, files: String) throws {
        let folder = try TemporaryFolder()
        for file in ["d/a.part", "d/b.part", "d/b/c.part", "d/.h/e.part", "d/b/f/g.part", "d/b-/h.part"] { try folder.write("statement ok\nSELECT 1\n", to: file) }
        // A link back up is no way without end.
        try FileManager.default.createSymbolicLink(atPath: folder.file("d/b/f/up"), withDestinationPath: "../..")
        let main = Script("include \(pattern)\n", name: folder.file("main.slt"))
        do throws(RSParseError) {
            #expect(try RSParser.parse(main).map { String($0.script.name.dropFirst(folder.path.count + 1)) }.joined(separator: " ") == files)
        } catch {
            #expect(files.isEmpty)
            #expect(error.message == "include finds no file: \(pattern)")
        }
    }

    @Test("a pattern that is none is an error", arguments: [
        ("a**", "recursive wildcards must form a single path component"), ("***/a", "wildcards are either regular `*` or recursive `**`"), ("[a", "invalid range pattern"),
    ])
    func brokenPattern(pattern: String, reason: String) throws {
        #expect(try rsMessage("include \(pattern)\n") == "cannot include \(pattern): \(reason)")
    }

    @Test("halt stops the file")
    func halt() throws {
        let verdict = try rs("halt\n\nstatement ok\nnonsense\n")
        #expect(verdict.passed)
        #expect(verdict.stopReason == .halt)
    }

    @Test("subtest NAME has no effect")
    func subtest() throws {
        #expect(try rs("subtest one\n\nstatement ok\nSELECT 1\n\nsubtest end\n").tests == 1)
    }

    @Test("sleep DUR: DUR is a humantime token such as 1s, 500ms, 1ms1ns", arguments: ["1ms", "1ms1ns", "0s", "5us 3ns"])
    func sleep(duration: String) throws {
        let words = duration.split(separator: " ")
        #expect(try rs("sleep \(words[0])\n").errors == 0)
        #expect(try rsMessage("sleep 1 second\n").hasPrefix("invalid line"))
        #expect(try rsMessage("sleep 1fortnight\n") == "invalid duration: 1fortnight")
    }

    @Test("skipif L and onlyif L are case-sensitive; labels are the --label values and the engine name")
    func conditions() throws {
        let failing = "\nstatement ok\nnonsense\n"
        #expect(try rs("skipif sqlite" + failing).skipped == 1)
        #expect(try rs("skipif SQLite" + failing).errors == 1)
        #expect(try rs("onlyif SQLite" + failing).skipped == 1)
        #expect(try rs("onlyif nightly" + failing) { $0.labels = ["nightly"] }.errors == 1)
        #expect(try rs("skipif nightly\nonlyif sqlite" + failing) { $0.labels = ["nightly"] }.skipped == 1)
    }

    @Test("connection NAME is for the next record only, default is the default; created lazily, one per name per file")
    func connection() throws {
        let text = """
            statement ok
            CREATE TABLE t(x)

            connection other
            statement ok
            CREATE TEMP TABLE mine(x)

            connection other
            query I
            SELECT count(*) FROM mine, t
            ----
            0

            statement error no such table: mine
            SELECT * FROM mine

            connection default
            statement error no such table
            SELECT * FROM mine

            """
        let verdict = try rs(text)
        #expect(verdict.failures.map(\.message) == [])
        #expect(verdict.tests == 5)
    }

    @Test("statement count N compares the affected rows; of a statement that returns rows the row count")
    func statementCount() throws {
        let setup = "statement ok\nCREATE TABLE t(x)\n\n"
        #expect(try rs(setup + "statement count 2\nINSERT INTO t VALUES (1), (2)\n\nstatement count 2\nSELECT * FROM t\n").passed)
        #expect(try rsMessage(setup + "statement count 3\nINSERT INTO t VALUES (1), (2)\n") ==
            "statement is expected to affect 3 rows, but it affected 2")
    }

    @Test("column letters are T, I, R, any other is Any, and none is validated; no types are any")
    func queryTypes() throws {
        #expect(try rs("query\nSELECT 1, 'a', 2.5\n----\n1 a 2.5\n\nquery QQ?\nSELECT 1, 2, 3\n----\n1 2 3\n").passed)
        #expect(try rs("query IIII\nSELECT 1\n----\n1\n").passed)
    }

    @Test("LABEL is parsed and ignored")
    func label() throws {
        #expect(try rs("query I nosort one\nSELECT 1\n----\n1\n\nquery I rowsort one\nSELECT 2\n----\n2\n\nquery I one\nSELECT 3\n----\n3\n").passed)
    }

    @Test("system ok is bash -c and must exit 0; the optional stdout under ---- is compared after trim and ended by two blank lines")
    func system() throws {
        #expect(try rs("system ok\n[[ a == a ]] && echo hi\n----\nhi\n\n\nstatement ok\nSELECT 1\n").tests == 2)
        #expect(try rs("system ok\nprintf 'a\\n\\nb\\n'\n----\na\n\nb\n\n\n").passed)
        #expect(try rsMessage("system ok\nexit 3\n") == "system command failed with exit code 3")
        #expect(try rsMessage("system ok\nkill -9 $$\n") == "system command failed with SIGKILL")
        #expect(try rsMessage("system ok\necho a\n----\nb\n") == "system command's output differs")
    }

    @Test("a trailing '&' of a system command means background, not waited for; it ends with the file")
    func background() async throws {
        let marker = "\(UInt64.random(in: 1_000_000_000...9_999_999_999))"
        // Waited for, it would take hours.
        #expect(try rs("system ok\nsleep 9999.\(marker) &\n").passed)
        #expect(try await eventually { processes(naming: marker).isEmpty })
    }

    @Test("conditions of a system command see labels only")
    func systemConditions() throws {
        #expect(try rs("onlyif sqlite\nsystem ok\nexit 1\n").skipped == 1)
        #expect(try rs("onlyif ci\nsystem ok\nexit 0\n") { $0.labels = ["ci"] }.tests == 1)
    }

    @Test("let: the query must return exactly 1 row and as many columns as names; names are [A-Za-z_][A-Za-z0-9_]*")
    func bind() throws {
        let text = "control substitution on\n\nlet a, b_2\nSELECT 5, 'x'\n\nquery TI\nSELECT '$b_2', ${a} + 1\n----\nx 6\n"
        #expect(try rs(text).failures.map(\.message) == [])
        #expect(try rsMessage("let a\nSELECT 1, 2\n") == "let needs 1 row of 1 columns, but the query gave 1 rows of 2")
        #expect(try rsMessage("let a\nSELECT 1 WHERE 0\n") == "let needs 1 row of 1 columns, but the query gave 0 rows of 1")
        #expect(try rsMessage("let 1a\nSELECT 1\n") == "invalid variable name: \"1a\"")
    }

    @Test("---- is no end of the SQL of let")
    func bindSeparator() throws {
        #expect(try rs("let a\nSELECT 1\n----\n+ 1\n").passed)
    }

    @Test("statement ok with ---- is a parse error")
    func statementResult() throws {
        #expect(try rsMessage("statement ok\nSELECT 1\n----\n1\n") == "a statement that succeeds cannot have results")
        #expect(try rsMessage("statement count 1\nSELECT 1\n----\n1\n") == "a statement that succeeds cannot have results")
    }

    @Test("conditions wait for the next statement, query, let or system command; a connection for one that uses it")
    func waiting() throws {
        for between in ["control sortmode rowsort", "hash-threshold 5", "sleep 1ms", "subtest x", "# comment"] {
            #expect(try rs("onlyif mysql\n\(between)\nstatement ok\nnonsense\n\nstatement ok\nSELECT 1\n").skipped == 1)
        }
        let text = "statement ok\nCREATE TEMP TABLE t(x)\n\nconnection other\nsystem ok\ntrue\n\nstatement error no such table\nSELECT * FROM t\n\nstatement ok\nSELECT * FROM t\n"
        #expect(try rs(text).failures.map(\.message) == [])
        #expect(try rs("onlyif mysql\nhalt\n\nstatement ok\nnonsense\n").stopReason == .halt)
    }

    @Test("a file stops at its first failing record")
    func firstFailure() throws {
        let verdict = try rs("statement ok\nnonsense\n\nstatement ok\nnonsense\n")
        #expect(verdict.errors == 1)
        #expect(verdict.tests == 1)
        #expect(verdict.stopReason == .firstError)
    }

    @Test("what is no record is a parse error, and nothing of the file runs", arguments: [
        "frobnicate\n", "statement\n", "statement maybe\nSELECT 1\n", "statement count x\nSELECT 1\n", "control x y\n", "control sortmode up\n",
        "hash-threshold x\n", "system error\nls\n", "statement ok\nSELECT 1\n----\n1\n", "query I\n", "statement ok", "halt now\n", "connection\n",
        "statement error a(b\nSELECT 1\n", "statement ok retry 0 backoff 1s\nSELECT 1\n", "statement ok retry 2\nSELECT 1\n",
        "statement error x\nSELECT\n----\nx\n\n\n", "let\nSELECT 1\n", "let ,\nSELECT 1\n",
    ])
    func parseErrors(text: String) throws {
        let verdict = try rs("statement ok\nSELECT 1\n\n" + text)
        #expect(verdict.tests == 0)
        #expect(verdict.failures.first?.kind == .script)
        #expect(verdict.failures.first?.line == 4)
        #expect(verdict.stopReason == .badRecord)
    }
}
