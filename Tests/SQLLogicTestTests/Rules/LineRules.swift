import SQLLogicTest
import Testing

@Suite("Lines") struct LineRules {
    @Test("lines end at \\n, and one trailing \\r is removed")
    func carriageReturn() throws {
        #expect(try verdict("query T\r\nSELECT 'a'\r\n----\r\na\r\n\r\nstatement ok\r\nSELECT 1\r\n").errors == 0)
        #expect(try verdict("query T\nSELECT 'a'\n----\na\r\r\n").errors == 1)
    }

    @Test("a line of only whitespace is blank", arguments: [" ", "\t", " \t\r", "\u{0B}\u{0C}"])
    func blank(line: String) throws {
        #expect(try verdict("query I\nSELECT 1\n----\n1\n\(line)\nquery I\nSELECT 2\n----\n2\n").tests == 2)
        #expect(try report("query T\nSELECT ' '\n----\n\(line)\n") == [
            "t:4: too many result rows - expected 0 got 1", "1 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("a line whose byte 0 is '#' is dropped everywhere: between records, in a header, inside SQL, inside results")
    func comment() throws {
        let text = "# a\nskipif mysql\n# b\nquery I\n#c\nSELECT 1\n# d\n+ 1\n#----\n----\n#e\n2\n#f\n"
        #expect(try verdict(text) == verdict("query I\nSELECT 2\n----\n2\n"))
    }

    @Test("a '#' after leading space is not a comment")
    func noComment() throws {
        #expect(try verdict("query T\nSELECT ' #'\n----\n #\n").errors == 0)
        #expect(try report(" # x\n").first == "t:1: unknown record type: '#'")
    }

    @Test("records are separated by blank lines; extra non-blank lines left over after a record are skipped to the next blank line")
    func leftOver() throws {
        #expect(try verdict("\nhash-threshold 8\nnonsense\n\nquery I\nSELECT 1\n----\n1\n").errors == 0)
    }

    @Test("header tokens split on isspace(), leading space is allowed; only the first 4 tokens are kept, surplus is ignored, so a trailing # comment is harmless")
    func header() throws {
        #expect(try verdict("  query  I\tnosort  l # a comment, four tokens on\nSELECT 1\n----\n1\n").errors == 0)
        #expect(try verdict("statement ok # comment\nSELECT 1\n").errors == 0)
    }

    @Test("each header token is cut at 199 bytes")
    func longToken() throws {
        let long = String(repeating: "x", count: 250)
        #expect(try report(long).first == "t:1: unknown record type: '\(long.prefix(199))'")
    }

    @Test("the last line needs no line end")
    func noFinalLineEnd() throws {
        #expect(try verdict("query I\nSELECT 1\n----\n1") == verdict("query I\nSELECT 1\n----\n1\n"))
        #expect(try verdict("statement ok\nSELECT 1").tests == 1)
    }

    @Test("a file with nothing in it passes", arguments: ["", "\n", "\r\n\r\n", "# only a comment", " "])
    func empty(text: String) throws {
        #expect(try report(text) == ["0 errors out of 0 tests in t - 0 skipped."])
    }

    @Test("a line of the expected result ends at a NUL")
    func nulByte() throws {
        #expect(try verdict("query T\nSELECT 'a'\n----\na\u{0}b\n").errors == 0)
        #expect(try verdict("query T\nSELECT 'ab'\n----\na\u{0}b\n").errors == 1)
    }
}
