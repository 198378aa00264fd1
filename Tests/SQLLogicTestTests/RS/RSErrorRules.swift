import SQLLogicTest
import Testing

@Suite("sqllogictest-rs: errors and retries") struct RSErrorRules {
    @Test("an inline error is an unanchored regex search", arguments: ["no such table", "such \\w+: t$", "(?i)NO SUCH", "^no.*t$"])
    func inline(pattern: String) throws {
        #expect(try rs("statement error \(pattern)\nSELECT * FROM t\n").passed)
        #expect(try rs("query error \(pattern)\nSELECT * FROM t\n").passed)
    }

    @Test("what Rust's regex crate refuses is refused, with the reason", arguments: [
        ("(a)\\1", "backreferences are not supported"), ("(?=a)", "look-around, including look-ahead and look-behind, is not supported"),
        ("a(?!b)", "look-around, including look-ahead and look-behind, is not supported"), ("(?<=a)b", "look-around, including look-ahead and look-behind, is not supported"),
        ("(?<!a)b", "look-around, including look-ahead and look-behind, is not supported"), ("a{2,1}", "invalid repetition size: {2,1}"), ("(", "missing ): ("),
        ("[a", "missing ]: [a"), ("\\Qa\\E", "unrecognized escape sequence: \\Q"), ("a{b", "repetition quantifier expects a valid decimal; write \\{ for a brace"), ("a{,2}", "repetition quantifier expects a valid decimal; write \\{ for a brace"), ("[a&&b]", "classes within classes are not supported here"),
    ])
    func refused(pattern: String, reason: String) throws {
        let message = try rsMessage("statement error \(pattern)\nSELECT\n")
        #expect(message.hasPrefix("invalid regular expression: \(pattern): "))
        #expect(message.hasSuffix(reason), "\(message)")
    }

    @Test("an expression that has many ways to match takes time that grows with the text alone")
    func linear() throws {
        let failing = "statement error ^no such table: (a+)+$\nSELECT * FROM \(String(repeating: "a", count: 20_000))_\n"
        #expect(try rs(failing).failures.first?.message == "the error is not the expected one")
        #expect(try rs("statement error (a|aa|a?)*b\nSELECT * FROM \(String(repeating: "a", count: 20_000))b\n").passed)
    }

    @Test("an error that is not the expected one fails and shows both")
    func wrongError() throws {
        let failure = try #require(try rs("statement error syntax\nSELECT * FROM t\n").failures.first)
        #expect(failure.message == "the error is not the expected one")
        #expect(failure.expected == "syntax")
        #expect(failure.actual == "no such table: t")
    }

    @Test("an error without more takes any")
    func anyError() throws {
        #expect(try rs("statement error\nSELECT * FROM t\n\nquery error\nnonsense\n").passed)
        #expect(try rsMessage("statement error\nSELECT 1\n") == "statement is expected to fail, but it succeeded")
        #expect(try rsMessage("query error\nSELECT 1\n") == "query is expected to fail, but it succeeded")
    }

    @Test("under ---- an error is exact after trim of both, ended by two blank lines")
    func multiLine() throws {
        #expect(try rs("statement error\nSELECT * FROM t\n----\n  no such table: t  \n\n\nstatement ok\nSELECT 1\n").tests == 2)
        #expect(try rs("query error\nSELECT * FROM t\n----\nno such table\n\n\n").errors == 1)
        #expect(try rs("statement error\nSELECT 1\n----\nx\n\ny\n\n\nstatement ok\nSELECT 1\n").tests == 1)
    }

    @Test("inline and ---- together is a parse error")
    func both() throws {
        #expect(try rsMessage("query error x\nSELECT\n----\nx\n") == "the error message is given twice: in the header and below ----")
    }

    @Test("(XXXXX) is an exact SQLSTATE, which SQLite does not give")
    func sqlState() throws {
        #expect(try rs("statement error (42P01)\nSELECT * FROM t\n").errors == 1)
        #expect(try rs("statement error (no such|x)\nSELECT * FROM t\n").passed)
    }

    @Test("retry N backoff DUR may end statement ok and count, query and system ok: N attempts, a sleep of DUR after each failure", arguments: [
        "statement ok", "statement count 1", "query I", "system ok",
    ])
    func retry(header: String) throws {
        let text = header.hasPrefix("system")
            ? "\(header) retry 5 backoff 1ms\nd=$__TEST_DIR__/n; echo x >> $d; (( $(wc -l < $d) >= 3 ))\n"
            : "\(header) retry 3 backoff 1ms\nSELECT 1\n" + (header.hasPrefix("query") ? "----\n1\n" : "")
        #expect(try rs("control substitution on\n\n" + text).failures.map(\.message) == [])
    }

    @Test("a retry gives up after N attempts and fails as the last did")
    func retriesEnd() throws {
        let text = "control substitution on\n\nsystem ok retry 3 backoff 1ms\necho x >> $__TEST_DIR__/n; exit 1\n"
        #expect(try rsMessage(text) == "system command failed with exit code 1")
        let counted = "statement ok\nCREATE TABLE t(x)\n\nquery I retry 4 backoff 1ms\nINSERT INTO t VALUES (1) RETURNING (SELECT count(*) FROM t)\n----\n3\n"
        #expect(try rs(counted).failures.map(\.message) == [])
    }

    @Test("with retry a statement or query error must have a multi-line message")
    func errorRetry() throws {
        #expect(try rs("statement error retry 2 backoff 1ms\nSELECT * FROM t\n----\nno such table: t\n\n\n").passed)
        #expect(try rs("query error retry 2 backoff 1ms\nSELECT * FROM t\n").passed)
    }
}
