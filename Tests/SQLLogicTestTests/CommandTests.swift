import FoundationEssentials
@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("The run command") struct CommandTests {
    private func run(_ files: [String], _ change: (inout RunCommand) -> Void = { _ in }) throws -> (code: Int32, output: String) {
        var command = RunCommand(files: files)
        change(&command)
        var output = ""
        let code = command.run(on: try SQLiteEngine(), output: { output += $0 }, diagnostics: { _ in })
        return (code, output)
    }

    private func read(_ path: String) throws -> String { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }

    @Test("results that come in any order are given out in the files' order, and what a failure leaves out has none")
    func queue() {
        func result(_ file: Int, passes: Bool = true) -> FileResult {
            var verdict = FileVerdict()
            if !passes { verdict.errors = 1 }
            return FileResult(file: "\(file)", verdict: verdict, seconds: 0)
        }
        var queue = ResultQueue(costs: [1, 1, 1, 1, 0], failFast: true)
        var given: [String] = []
        #expect([queue.dequeue(), queue.dequeue(), queue.dequeue()] == [0, 1, 2])
        queue.add(result(2), at: 2) { given.append($0.file) }
        #expect(given == [])
        queue.add(result(0), at: 0) { given.append($0.file) }
        #expect(given == ["0"])
        #expect(queue.dequeue() == 3)
        // More is to be said of its failures.
        queue.note(result(1, passes: false))
        #expect(queue.dequeue() == nil)
        #expect(given == ["0"])
        queue.add(result(1, passes: false), at: 1) { given.append($0.file) }
        #expect(given == ["0", "1", "2"])
        queue.add(result(3), at: 3) { given.append($0.file) }
        #expect(given == ["0", "1", "2", "3"])
    }

    @Test("a longer file is thought to cost more, and so is one with more rows")
    func cost() throws {
        let folder = try TemporaryFolder()
        let filler = String(repeating: "# nothing\n", count: 2000)
        let insert = "statement ok\nINSERT INTO t VALUES (1)\n\n"
        let costs = try [filler, filler + filler, String(repeating: insert, count: 500), insert, ""].enumerated().map { index, text in
            ScriptCost.estimate(try folder.write(text, to: "\(index).test"))
        }
        #expect(costs[1] > costs[0])
        #expect(costs[2] > costs[0] * 2)
        #expect(costs[3] < costs[0])
        #expect(costs[4] == 0)
        #expect(ScriptCost.estimate(folder.file("none")) == 0)
        #expect(ScriptCost.estimate(folder.path) == 0)
    }

    @Test("the files that cost most are taken first")
    func largestFirst() {
        var queue = ResultQueue(costs: [5, 9, 0, 9], failFast: false)
        #expect([queue.dequeue(), queue.dequeue(), queue.dequeue(), queue.dequeue(), queue.dequeue()] == [1, 3, 0, 2, nil])
    }

    @Test("with fail-fast no file is started once one has failed")
    func failFast() throws {
        let folder = try TemporaryFolder()
        let files = try (0..<5).map { try folder.write("query I\nSELECT 1\n----\n\($0 == 1 ? 2 : 1)\n", to: "\($0).test") }
        let result = try run(files) { $0.failFast = true }
        #expect(result.output.contains("2 files: 1 passed, 1 failed, 3 not started; 2 tests in "))
    }

    @Test("a failure shows its SQL and what differs, wrong values of one query together, and no control characters")
    func report() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("query T\nSELECT 'a'\nUNION ALL SELECT 'b' UNION ALL SELECT '\u{1B}[2J'\n----\nx\nb\ny\n", to: "a.test")
        let output = try run([file]).output
        #expect(output == """
            \(file):5: wrong result
                SELECT 'a'
                UNION ALL SELECT 'b' UNION ALL SELECT '\\x1b[2J'
                - 5: x
                + 5: a
                - 7: y
                + 7: @[2J
            2 errors out of 1 tests in \(file) - 0 skipped.

            """)
    }

    @Test("rows that differ stand in their order among those that do not")
    func difference() throws {
        let folder = try TemporaryFolder()
        let rows = (1...9).map { "\($0)\n" }.joined()
        let sql = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 9) SELECT CASE x WHEN 8 THEN 80 ELSE x END FROM c"
        let file = try folder.write("query I\n\(sql)\n----\n\(rows)", to: "a.slt")
        let output = try run([file]) { $0.options.dialect = .rs }.output
        #expect(output.contains("    … 5 lines that are the same\n      6\n      7\n    - 8\n    + 80\n      9\n"))
    }

    @Test("colours are asked for")
    func colours() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("query I\nSELECT 1\n----\n2\n", to: "a.test")
        #expect(try run([file]) { $0.isColoured = true }.output.contains("\u{1B}[31m    - 2\u{1B}[0m"))
        #expect(try !run([file]).output.contains("\u{1B}"))
    }

    @Test("wrong values and a wrong number of them are one block with one difference")
    func wrongCount() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("query I\nSELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 4\n----\n1\n3\n", to: "a.test")
        #expect(try run([file]).output == """
            \(file):5: wrong result
            \(file):5: too many result rows - expected 2 got 3
                SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 4
                  1
                - 3
                + 2
                + 4
            2 errors out of 1 tests in \(file) - 0 skipped.

            """)
    }

    @Test("a JUnit report has one case a file, named as sqllogictest-rs does it")
    func junit() throws {
        let folder = try TemporaryFolder()
        let bad = try folder.write("query T\nSELECT '<&>'\n----\n\"\n", to: "a-b.test")
        let good = try folder.write("halt\n", to: "c.test")
        #expect(try run([bad, good, folder.file("none")]) { $0.junit = folder.file("j.xml") }.code == 2)
        let text = try read(folder.file("j.xml"))
        #expect(text.contains("tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\""))
        #expect(text.contains("_a_b_test\" classname=\"sqllogictest\" time=\""))
        #expect(text.contains("expected [&quot;] got [&lt;&amp;&gt;]"))
    }

    /// What Apache Ant's schema wants, in its order, read by a parser of XML.
    private static let shape = """
        import sys, xml.etree.ElementTree as tree
        suites = tree.parse(sys.argv[1]).getroot()
        suite = suites[0]
        print(suites.tag, " ".join(sorted(suite.attrib)), suite.attrib["package"], suite.attrib["id"], len(suite.attrib["timestamp"]), len(suite.attrib["hostname"]) > 0)
        for part in suite: print(part.tag, *sorted(part.attrib), *(child.tag + ":" + ",".join(sorted(child.attrib)) for child in part))
        """

    @Test("a JUnit report is XML with all that its schema wants, whatever stands in names, results and messages")
    func junitSchema() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write(Self.shape, to: "shape.py")
        var bytes = Array("query T\nSELECT 2\n----\n]]> <&\"' \u{FFFE}\u{FFFF}\u{85}\u{7F}\u{1}\r\t".utf8) + [0xFF, 0xC0, 0x0C, 0x0A, 0x0A]
        bytes += Array("query I \u{2}]]>\nSELECT\n".utf8)
        let bad = folder.file("bad \u{1}]]>.test")
        try Data(bytes).write(to: URL(filePath: bad))
        let skipped = try folder.write("require a\u{1}]]>\n", to: "skipped.test")
        #expect(try run([bad, folder.file("none\u{1}")]) { $0.junit = folder.file("a.xml") }.code == 2)
        _ = try run([skipped, skipped]) { ($0.junit, $0.options.dialect) = (folder.file("b.xml"), .duckdb) }
        let suite = "testsuites errors failures hostname id name package skipped tests time timestamp  0 19 True\nproperties\n"
        for (name, cases) in [("a", [" failure:message,type", " error:message,type"]), ("b", [" skipped:message", " skipped:message"])] {
            let child = try ShellCommand(Array("python3 '\(script)' '\(folder.file(name)).xml'".utf8), output: true)
            let shown = String(decoding: child.readAll(limit: 10_000), as: UTF8.self)
            #expect(shown == suite + cases.map { "testcase classname name time\($0)\n" }.joined() + "system-out\nsystem-err\n")
        }
    }

    @Test("control characters of names, messages and reasons are shown, not obeyed")
    func controlCharacters() throws {
        let folder = try TemporaryFolder()
        let escape = "\u{1B}[2J"
        let file = try folder.write("query I \(escape)\nSELECT 1\n----\n1\n\nquery I\nSELECT \"\(escape)\"\n\nhalt\n", to: "\(escape).test")
        let skipped = try folder.write("require \(escape)\n", to: "skipped.test")
        var (command, shown) = (RunCommand(files: [file, file + escape]), "")
        _ = command.run(on: try SQLiteEngine(), output: { shown += $0 }, diagnostics: { shown += $0 })
        command.files = [skipped]
        command.options.dialect = .duckdb
        _ = command.run(on: try SQLiteEngine(), output: { shown += $0 }, diagnostics: { shown += $0 })
        #expect(!shown.contains("\u{1B}"))
        #expect(shown.count { $0 == "\\" } > 5)
    }

    @Test("recording keeps the comments of a result that holds, and says which values no script can hold")
    func recordLimits() throws {
        let folder = try TemporaryFolder()
        let text = "query I\nSELECT 1 UNION SELECT 2\n----\n1\n# two\n2\n\nquery T\nSELECT '#a'\n----\nx\n\nquery T\nSELECT ' '\n----\nx\n\nquery R\nSELECT 1e300\n----\nx\n"
        let file = try folder.write(text, to: "a.test")
        let recorded = try run([file]) { $0.records = true }
        #expect(recorded.code == 1)
        #expect(recorded.output.contains(":8: cannot record a value that is blank or begins with #"))
        #expect(recorded.output.contains("3 errors out of 4 tests"))
        #expect(try read(file) == text)
        let rs = "query T\nSELECT 'a' || char(10) || 'b'\n----\nx\n\nquery I\nSELECT 1\n----\n2\n"
        let other = try folder.write(rs, to: "b.slt")
        let result = try run([other]) { ($0.records, $0.options.dialect) = (true, .rs) }
        #expect(result.output.contains(":1: cannot record rows that are empty or have line ends in them"))
        #expect(try read(other) == rs.replacing("----\n2", with: "----\n1"))
    }

    @Test("recording tries again as often as the script says, and writes what the last attempt gives")
    func recordRetries() throws {
        let folder = try TemporaryFolder()
        let start = "statement ok\nCREATE TABLE t(x)\n\nquery I retry 3 backoff 1ms\nINSERT INTO t VALUES (1) RETURNING (SELECT count(*) FROM t)\n----\n"
        let file = try folder.write(start + "2\n", to: "a.slt")
        let hopeless = try folder.write(start + "x\n", to: "b.slt")
        #expect(try run([file, hopeless]) { ($0.records, $0.options.dialect) = (true, .rs) }.code == 0)
        #expect(try read(file) == start + "2\n")
        #expect(try read(hopeless) == start + "3\n")
    }

    @Test("recording rewrites results alone: comments, layout, line ends and skipped records stay")
    func record() throws {
        let folder = try TemporaryFolder()
        let text = "# head\r\n\r\nstatement ok\r\nCREATE TABLE t(x)\r\n\r\n# why\r\nquery  I   rowsort\r\nSELECT 2 UNION SELECT 1\r\n----\r\n9\r\n\r\n\r\n"
            + "skipif sqlite\r\nquery I\r\nSELECT 1\r\n----\r\n7\r\n\r\nhash-threshold 1\r\n\r\nquery I\r\nSELECT 1 UNION SELECT 2\r\n----\r\nx\r\ny\r\n\r\n"
            + "query T\r\nSELECT 'end'"
        let file = try folder.write(text, to: "a.test")
        #expect(try run([file]) { $0.records = true }.code == 0)
        let recorded = try read(file)
        #expect(recorded == text.replacing("----\r\n9\r\n", with: "----\r\n1\r\n2\r\n")
            .replacing("----\r\nx\r\ny\r\n", with: "----\r\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\r\n") + "\r\n----\r\nend\r\n")
        #expect(try run([file]).code == 0)
        #expect(try run([file]) { $0.records = true }.code == 0)
        #expect(try read(file) == recorded)
    }

    @Test("recording in the rs dialect mends rows, messages and outputs, and says what it cannot mend")
    func recordRS() throws {
        let folder = try TemporaryFolder()
        let text = "query II\nSELECT 1, 2\n----\nx\n\nstatement error\nSELECT * FROM t\n----\nother\n\n\nsystem ok\necho hi\n----\nho\n\n\n"
            + "statement ok\nnonsense\n\nquery T rowsort\nSELECT 'b' UNION SELECT 'a'\n"
        let file = try folder.write(text, to: "a.slt")
        let first = try run([file]) {
            $0.records = true
            $0.options.dialect = .rs
        }
        #expect(first.code == 1)
        #expect(first.output.contains("1 errors out of 5 tests"))
        #expect(try read(file) == text.replacing("----\nx", with: "----\n1 2").replacing("other", with: "no such table: t").replacing("\nho\n", with: "\nhi\n")
            + "----\na\nb\n")
    }

    @Test("formatting brings headers, blank lines and line ends into one form, and a second time changes nothing")
    func format() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("\r\n\r\n#  c\r\nquery   I\trowsort \r\nSELECT  1\r\n----\r\n1\r\n \r\n\r\n  halt\r\n\r\n", to: "a.test")
        let formatted = "#  c\nquery I rowsort\nSELECT  1\n----\n1\n\nhalt\n"
        for _ in 0..<2 {
            #expect(FormatCommand(files: [file], dialect: .sqlite).run { _ in } == 0)
            #expect(try read(file) == formatted)
        }
        let odd = try folder.write("statement ok\nSELECT 'a\r\r\n'\n", to: "odd.test")
        for _ in 0..<2 {
            #expect(FormatCommand(files: [odd], dialect: .sqlite).run { _ in } == 0)
            #expect(try read(odd) == "statement ok\nSELECT 'a\r\r\n'\n")
        }
        let rs = try folder.write("statement  error\nSELECT\n----\na\n\nb\n\n\n\n\nstatement ok\nSELECT '\n  \n'\n\n\n", to: "b.slt")
        for _ in 0..<2 {
            #expect(FormatCommand(files: [rs], dialect: .rs).run { _ in } == 0)
            #expect(try read(rs) == "statement error\nSELECT\n----\na\n\nb\n\n\nstatement ok\nSELECT '\n  \n'\n")
        }
    }
}
