@testable import RemoteKit
@testable import Reports
import Testing

@Suite("rows of a query") struct QueryWriterTests {
    private static let rows: [[HistoryQuery.Value]] = [
        [.text("=HYPERLINK(\"x\")"), .integer(-5), .real(0.5), .null], [.text("a,\"b\"\n<script>"), .integer(7), .real(1e300), .blob([1, 255])], [.text("\u{1B}[2J\u{202E}"), .null, .real(.infinity), .text("")],
    ]

    private func written(_ format: QueryFormat, columns: [String] = ["name", "n", "n", "x"], _ rows: [[HistoryQuery.Value]] = rows) -> String {
        var text = ""
        // The writer is given where its text goes.
        withoutActuallyEscaping({ text += $0 } as (String) -> Void) { write in
            var writer = QueryWriter(format, style: Style(color: false, unicode: true, width: 200), write: write)
            writer.begin(columns)
            for row in rows { writer.add(row) }
            writer.end()
        }
        return text
    }

    @Test("CSV has no formula, and numbers stay numbers")
    func csv() {
        #expect(written(.csv) == [
            "name,n,n,x", "\"'=HYPERLINK(\"\"x\"\")\",-5,0.5,", "\"a,\"\"b\"\"\\n<script>\",7,1e+300,01ff", "\\e[2J\\u{202E},,inf,", "",
        ].joined(separator: "\r\n"))
        for begin in ["=", "+", "-", "@", "\t", "\r", "\n", "＝"] { #expect(MarkupText.csv(begin + "1").hasPrefix("'"), "\(begin)") }
        #expect(MarkupText.csv("a=1") == "a=1")
        #expect(MarkupText.csv("  =1").hasPrefix("'"))
    }

    @Test("JSON has each column once, and nothing a terminal would act on")
    func json() {
        #expect(written(.json) == """
            [
            {"name":"=HYPERLINK(\\"x\\")","n":-5,"n_2":0.5,"x":null},
            {"name":"a,\\"b\\"\\n<script>","n":7,"n_2":1e+300,"x":"01ff"},
            {"name":"\\u001b[2J\\u202e","n":null,"n_2":null,"x":""}
            ]

            """)
        #expect(written(.json, columns: ["a"], []) == "[]\n")
    }

    @Test("a table is aligned and safe")
    func table() {
        #expect(written(.table) == """
            name              n       n  x
            =HYPERLINK("x")  -5     0.5  -
            a,"b"\\n<script>   7  1e+300  x'01ff'
            \\e[2J\\u{202E}     -     inf  \("")

            """)
        #expect(written(.table, columns: ["n"], Array(repeating: [.integer(1)], count: QueryWriter.tableRows + 3)).hasSuffix("… and 3 more rows; use --format csv to have all\n"))
    }

    @Test("a punch list escapes what would be markup or a formula")
    func punchList() {
        var results = FormerResultsSample.empty
        results.detailedFailures = [.init(filePath: "test/`a`|b.test", failures: [.init(sqlStatement: "", expectedResult: nil, actualResult: nil, errorMessage: "<b>[x](y)\n# z", lineNumber: 3)]),
                                    .init(filePath: "=cmd.test", failures: [])]
        let list = FormerPunchList(results)
        #expect(list.csv.contains("\r\n'=cmd.test,other,"))
        #expect(list.markdown.contains("- [ ] <code>test/&#96;a&#96;&#124;b.test&#58;3</code> FAIL: &#60;b&#62;&#91;x&#93;(y); &#35; z\n"), "\(list.markdown)")
    }
}

/// A run of no files.
enum FormerResultsSample {
    static var empty: FormerResults {
        get { FormerResults(summary: .init(), testedFiles: .init(), categories: [:], detailedFailures: []) }
    }
}
