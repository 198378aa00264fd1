import SQLLogicTest
import Testing

@Suite("Records") struct RecordRules {
    @Test("skipif X and onlyif X: any number, each on its own line before the record; any failing condition skips")
    func conditions() throws {
        let query = "query I\nSELECT 1\n----\n2\n"
        #expect(try verdict("skipif mysql\nonlyif sqlite\n" + query).errors == 1)
        #expect(try verdict("onlyif sqlite\nskipif mysql\nonlyif mysql\n" + query).skipped == 1)
        #expect(try verdict("skipif sqlite\n" + query).errors == 0)
    }

    @Test("comments may sit between conditions and their record; a skipped record counts 1 in skipped")
    func commentsBetween() throws {
        let text = "onlyif sqlite\n# why\nskipif sqlite\n# why\nstatement ok\nnonsense\n\nskipif sqlite\nquery I\nnonsense\n"
        #expect(try report(text) == ["0 errors out of 0 tests in t - 2 skipped."])
    }

    @Test("the engine name matches case-insensitively; SQLite's is SQLite", arguments: ["sqlite", "SQLite", "SQLITE"])
    func conditionCase(name: String) throws {
        #expect(try verdict("skipif \(name)\nstatement ok\nnonsense\n") == verdict("onlyif x\nhalt\n"))
    }

    @Test("another engine name can be given")
    func engineName() throws {
        var options = RunOptions()
        options.engineName = "MySQL"
        #expect(try verdict("onlyif mysql\nstatement ok\nSELECT 1\n", options).tests == 1)
    }

    @Test("conditions apply to halt and hash-threshold too")
    func conditionOnControl() throws {
        let text = "onlyif mysql\nhalt\n\nskipif sqlite\nhash-threshold 1\n\nquery I nosort\nSELECT 1 UNION SELECT 2\n----\n1\n2\n"
        #expect(try report(text) == ["0 errors out of 1 tests in t - 2 skipped."])
    }

    @Test("a condition with no record below it is an unknown record, or skipped")
    func conditionAtEnd() throws {
        #expect(try report("skipif mysql\n") == ["t:1: unknown record type: ''", "1 errors out of 0 tests in t - 0 skipped."])
        #expect(try report("skipif mysql\n\nstatement ok\nSELECT 1\n").first == "t:2: unknown record type: ''")
        #expect(try report("onlyif mysql\n") == ["0 errors out of 0 tests in t - 1 skipped."])
    }

    @Test("an unknown first token is an error and stops the file")
    func unknownRecord() throws {
        let verdict = try verdict("frobnicate now\n\nquery I\nSELECT 1\n----\n2\n")
        #expect(verdict.stopReason == .badRecord)
        #expect(RunnerReport.text(verdict, file: "t") ==
            "t:1: unknown record type: 'frobnicate'\n1 errors out of 0 tests in t - 0 skipped.\n")
    }

    @Test("halt prints FILE:LINE: halt and stops the file")
    func halt() throws {
        let verdict = try verdict("statement ok\nSELECT 1\n\nhalt\n\nstatement ok\nnonsense\n")
        #expect(verdict.stopReason == .halt)
        #expect(verdict.haltLine == 4)
        #expect(RunnerReport.text(verdict, file: "t") == "t:4: halt\n0 errors out of 1 tests in t - 0 skipped.\n")
    }

    @Test("a statement's SQL is all lines to the blank line, joined with \\n")
    func statementLines() throws {
        let text = "statement ok\r\nCREATE TABLE t AS SELECT '\r\n' AS x\r\n\r\nquery T\r\nSELECT hex(x) FROM t\r\n----\r\n0A\r\n"
        #expect(try verdict(text).errors == 0)
    }

    @Test("---- is not special in a statement; it becomes SQL text")
    func dashesInStatement() throws {
        #expect(try verdict("statement ok\nSELECT 1\n----\n+ 2\n").errors == 0)
        #expect(try verdict("statement ok\nSELECT 1\n----\nnonsense here and there\n").errors == 1)
    }

    @Test("a statement may be several statements; of a query only the first is prepared, the tail is ignored")
    func severalStatements() throws {
        let text = """
            statement ok
            CREATE TABLE t(a); INSERT INTO t VALUES(1); INSERT INTO t VALUES(2)

            statement ok
            INSERT INTO t VALUES(3);
            INSERT INTO nosuch VALUES(3);

            query I
            SELECT count(*) FROM t; SELECT * FROM nosuch
            ----
            3
            """
        #expect(try report(text) == [
            "t:4: statement error: no such table: nosuch", "1 errors out of 3 tests in t - 0 skipped.",
        ])
    }

    @Test("statement ok wants rc 0, statement error wants rc != 0")
    func statementError() throws {
        #expect(try verdict("statement error\nSELECT * FROM nosuch\n").errors == 0)
        #expect(try verdict("statement ok\nSELECT * FROM nosuch\n").failures.map(\.kind) == [.statementFailed])
        #expect(try verdict("statement error\nSELECT 1\n").failures.map(\.kind) == [.statementSucceeded])
    }

    @Test("a statement without SQL is ok")
    func emptyStatement() throws {
        #expect(try report("statement ok\n\nstatement ok\n") == ["0 errors out of 2 tests in t - 0 skipped."])
    }

    @Test("any other word than ok or error is an error, but the SQL still runs")
    func statementWord() throws {
        let text = "statement maybe\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n"
        #expect(try report(text) == [
            "t:1: statement argument should be 'ok' or 'error'", "1 errors out of 2 tests in t - 0 skipped.",
        ])
    }

    @Test("TYPES are [TIR]+; another letter is an error and the record is not run")
    func badType() throws {
        #expect(try report("# c\nquery IX\nSELECT 1, 2\n----\n1\n2\n\nquery I\nSELECT 1\n----\n1\n") == [
            "t:2: unknown type character 'X' in type string", "1 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("a query with no TYPES is an error and stops the file")
    func missingTypes() throws {
        #expect(try report("query\nSELECT 1\n----\n1\n\nquery I\nSELECT 2\n----\n1\n") == [
            "t:1: missing type string", "1 errors out of 0 tests in t - 0 skipped.",
        ])
    }

    @Test("SORT is nosort, rowsort or valuesort; another word is an error, then treated as nosort")
    func badSort() throws {
        #expect(try report("query I sideways\nnonsense\n").map { $0.hasPrefix("t:1: query failed") } == [true, false])
        #expect(try report("query I sideways\nSELECT 2 UNION ALL SELECT 1\n----\n2\n1\n") == [
            "t:1: unknown sort method: 'sideways'", "1 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("a query's SQL is the lines up to ----, exact and without trailing space, a blank line or the end, joined with \\n")
    func separator() throws {
        #expect(try verdict("query I\nSELECT 1 -- \n---- \n----\n1\n").errors == 0)
        #expect(try verdict("query I\nSELECT 1\n-----\n----\n1\n").errors == 0)
        #expect(try verdict("query T\nSELECT 'a\nb'\n----\na@b\n").errors == 0)
    }

    @Test("no ---- at all expects the empty set, as documented")
    func noSeparator() throws {
        #expect(try verdict("query I\nSELECT 1 WHERE 0\n").errors == 0)
        #expect(try verdict("query I\nSELECT 1 WHERE 0\n\nstatement ok\nSELECT 1\n").errors == 0)
        #expect(try report("query I\nSELECT 1\n\n----\n1\n") == [
            "t:2: too many result rows - expected 0 got 1", "t:4: unknown record type: '----'",
            "2 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    /// What the original, at check-in d8d4f4b, prints for each: errors, tests, skipped.
    @Test("a record ends at a blank line; only on the file's first byte the line below a header of one line begins the next", arguments: [
        // The control word alone in front of a record.
        ("hash-threshold 8\nstatement ok\nnonsense\n", "1 1 0"), ("hash-threshold 8\r\nstatement ok\r\nnonsense\r\n", "1 1 0"),
        ("hash-threshold 8\n# why\nstatement ok\nnonsense\n", "1 1 0"), ("hash-threshold 8\nonlyif mysql\nstatement ok\nnonsense\n", "0 0 1"),
        ("hash-threshold 8\nhalt\nstatement ok\nnonsense\n", "0 0 0"), ("hash-threshold\nquery I\nSELECT 1\n----\n2\n", "1 1 0"),
        ("  hash-threshold 8 # c\nstatement ok\nnonsense\n", "1 1 0"), ("hash-threshold 8\nnonsense\n\nstatement ok\nSELECT 1\n", "1 0 0"),
        // It hides the record below it everywhere else.
        ("\nhash-threshold 8\nstatement ok\nnonsense\n", "0 0 0"), ("# c\nhash-threshold 8\nstatement ok\nnonsense\n", "0 0 0"),
        ("hash-threshold 8\nhash-threshold 8\nstatement ok\nnonsense\n", "0 0 0"), ("skipif mysql\nhash-threshold 8\nstatement ok\nnonsense\n", "0 0 0"),
        ("onlyif mysql\nhash-threshold 8\nstatement ok\nnonsense\n\nstatement ok\nSELECT 1\n", "0 1 1"),
        // A query that is not run has no lines of its own either.
        ("query X\nSELECT 1\n----\n1\n\nstatement ok\nSELECT 1\n", "2 0 0"), ("query X\nstatement ok\nnonsense\n", "2 1 0"),
        ("\nquery X\nstatement ok\nnonsense\n\nstatement ok\nSELECT 1\n", "1 1 0"),
        // Other headers take in what is below them.
        ("halt\nstatement ok\nnonsense\n", "0 0 0"), ("statement ok\nstatement ok\n", "1 1 0"), ("statement error\n\nSELECT 1\n", "2 1 0"),
        ("statement ok\n\nstatement ok\nSELECT 1\n", "0 2 0"), ("statement ok\n# c\nSELECT 1\n# c\n\n", "0 1 0"),
        ("skipif mysql\nonlyif sqlite\nhalt\n", "0 0 0"), ("onlyif sqlite\nskipif sqlite\nhalt\n\nstatement ok\nSELECT 1\n", "0 1 1"),
    ])
    func boundaries(text: String, counts: String) throws {
        let verdict = try verdict(text)
        #expect("\(verdict.errors) \(verdict.tests) \(verdict.skipped)" == counts)
    }

    @Test("transactions live across records")
    func transactions() throws {
        let text = """
            statement ok
            CREATE TABLE t(a UNIQUE)

            statement ok
            BEGIN

            statement ok
            INSERT INTO t VALUES(1)

            statement error
            INSERT INTO t VALUES(2),(1)

            query I
            SELECT count(*) FROM t
            ----
            1

            statement ok
            ROLLBACK

            query I
            SELECT count(*) FROM t
            ----
            0
            """
        #expect(try report(text) == ["0 errors out of 7 tests in t - 0 skipped."])
    }
}
