import Fleet
import FoundationEssentials
import RemoteKit
@testable import Reports
import TestSupport
import Testing

/// Names, SQL and messages that try to leave a format stay text in it.
@Suite("formats and hostile text") struct HostileFormatTests {
    private static let run = Result { try HostileRun() }

    private func text(_ format: ReportFormat) throws -> String { try Self.run.get().text(format) }

    @Test("no format has a control character, or one that shows a name as another", arguments: ReportFormat.allCases.filter { $0 != .html })
    func isVisible(format: ReportFormat) throws {
        let text = try text(format)
        #expect(!text.isEmpty)
        for scalar in text.unicodeScalars where scalar != "\n" && !(format == .punchTable && scalar == "\r") {
            #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "\u{202E}", "\(scalar.value)")
        }
    }

    @Test("text shows all failures, their rows with whose they are, and consequences under their cause")
    func text() throws {
        let text = try text(.text)
        for name in HostileRun.names.prefix(8) { #expect(text.contains(ReportedFile(FileRecord(id: 0, file: name, outcome: .fail, finishedAt: 0)).place)) }
        #expect(text.contains("      - 1  <b>\n      + 1  ]]>\n        2  same\n"), "\(text)")
        #expect(text.contains("expected rows, proven by sqlite\n"))
        #expect(text.contains("the expected rows are not known\n"))
        #expect(text.contains("      followed by 1 consequence:\n        line 30: query failed: no such table: t\n"))
        #expect(text.contains("2 records and 1 consequence"))
        #expect(text.contains("failed records: 6 wrong rows, 6 unexpected error; and 6 consequences of those\n"))
        #expect(text.contains("pass rate 9.1 %, of all files found"))
    }

    @Test("Markdown has foreign text in code only, and stays within GitHub's limit")
    func markdown() throws {
        let text = try text(.markdown)
        #expect(text.utf8.count <= MarkdownReport.limit)
        var fence: Substring?
        for line in text.split(separator: "\n") {
            if let open = fence {
                if line == open { fence = nil }
                continue
            }
            if line.hasPrefix("```") {
                fence = line.prefix { $0 == "`" }
                continue
            }
            // Nothing of a name is left that would be a mention, a link or a cell.
            #expect(!line.contains("<script") && !line.contains("<img") && !line.contains("@team") && !line.contains("http:") && !line.contains("www."), "\(line)")
            if line.hasPrefix("| <code>") { #expect(line.count { $0 == "|" } == 4, "\(line)") }
        }
        #expect(fence == nil)
    }

    @Test("Markdown stays within the limit however many files there are and however long their names are, and counts what it leaves out")
    func boundedMarkdown() throws {
        let records = (0..<400).map { number in
            let name = "\(number)/" + String(repeating: "<@>", count: 300)
            var record = FileRecord(id: number, file: name, outcome: [.fail, .timeout, .blocked, .pass][number % 4], errors: number % 4 == 0 ? 1 : 0, finishedAt: 1, message: name)
            if record.outcome == .pass { record.flaky = true }
            return record
        }
        let text = try HostileRun(records).text(.markdown)
        #expect(text.utf8.count <= MarkdownReport.limit)
        for words in ["more failing files.\n", "more that were not run\n", "more flaky files\n", "The details of "] { #expect(text.contains(words), "\(words)") }
        #expect(text.split(separator: "\n").last?.hasPrefix("Run <code>") == true)
        for line in text.split(separator: "\n") where line.hasPrefix("| <code>") { #expect(line.hasSuffix(" |"), "\(line)") }
    }

    @Test("JUnit is well-formed XML in the elements and attributes that its schema knows")
    func junit() throws {
        let text = try text(.junit)
        let elements = try XMLElements(text)
        #expect(elements.names.isSubset(of: JUnitSchema.attributes.keys))
        for (name, attributes) in elements.all {
            let known = try #require(JUnitSchema.attributes[name])
            #expect(Set(attributes.keys).isSubset(of: known.all) && known.required.isSubset(of: attributes.keys), "\(name) \(attributes)")
        }
        let cases = elements.all.filter { $0.name == "testcase" }
        #expect(cases.count == HostileRun.names.count + 1)
        // The whole name comes back.
        #expect(Set(cases.compactMap { $0.attributes["name"] }).isSuperset(of: ["tests/<script>alert(1)</script>.test", "tests/]]>&\"'.test"]))
        let suite = try #require(elements.all.first { $0.name == "testsuite" }?.attributes)
        #expect(suite["tests"] == "11" && suite["failures"] == "6" && suite["errors"] == "2" && suite["skipped"] == "2")
        #expect(elements.all.count { $0.name == "flakyFailure" } == 2)
        #expect(elements.all.count { $0.name == "failure" } == 6)
    }

    @Test("CTRF is valid by its schema")
    func ctrf() throws {
        let fixture = String(#filePath.dropLast("ReportsTests/Formats/HostileFormatTests.swift".count)) + "Fixtures/ctrf.schema.json"
        let schema = try JSONDecoder().decode(JSONTree.self, from: Data(contentsOf: URL(filePath: fixture)))
        let value = try JSONDecoder().decode(JSONTree.self, from: Data(try text(.ctrf).utf8))
        #expect(JSONSchema(schema).faults(of: value) == [])
        // The checker can find fault.
        #expect(JSONSchema(schema).faults(of: .object(["reportFormat": .string("CTRF"), "x": .null])).count >= 3)
    }

    @Test("CTRF counts as flaky the tests that it marks so: those that passed in the end")
    func ctrfFlaky() throws {
        var (failed, passed) = (FileRecord(id: 0, file: "a", outcome: .fail, errors: 1, finishedAt: 1), FileRecord(id: 1, file: "b", outcome: .pass, finishedAt: 1))
        (failed.flaky, passed.flaky) = (true, true)
        let text = try HostileRun([failed, passed]).text(.ctrf)
        #expect(text.ranges(of: "\"flaky\":true").count == 1 && text.contains("\"flaky\":1"), "\(text)")
    }

    @Test("GitHub gets commands alone, a line each, at most ten of them errors")
    func github() throws {
        let lines = try text(.github).split(separator: "\n", omittingEmptySubsequences: true)
        for line in lines { #expect(["::error file=", "::warning title=flaky files::", "::notice title=sqllogictest::"].contains { line.hasPrefix($0) }, "\(line)") }
        #expect(lines.count { $0.hasPrefix("::error") } == 8)
        #expect(lines.contains { $0.hasPrefix("::error file=tests/file=a%2Cline=1.test,") } == false, "that file was not run")
        #expect(lines.contains { $0.hasPrefix("::error file=tests/a\\n%3A%3Aset-output name=x%3A%3Ay.test,line=12,title=wrong rows::") })
        #expect(lines.contains { $0.contains("file=tests/%250A%3A%3Aerror%3A%3A.test") })

        let many = try HostileRun((0..<30).map { FileRecord(id: $0, file: "t/\(100 + $0).test", outcome: .fail, errors: 1, finishedAt: 1) })
        let errors = try many.text(.github).split(separator: "\n").filter { $0.hasPrefix("::error") }
        #expect(errors.count == 10)
        #expect(errors.last?.contains("21 more failing files") == true)
    }

    @Test("no cell of the punch list is a formula, and the file that hides most comes first")
    func punch() throws {
        let lines = try text(.punchTable).split(separator: "\r\n")
        #expect(lines.count == 9)
        #expect(lines[0] == "file,line,category,outcome,kind,failed_records,consequences,tests,seconds,message,past")
        #expect(lines[1].contains("crashed") && lines[2].contains("timeout"))
        #expect(lines.contains { $0.hasPrefix("'=cmd()") })
        for line in lines { #expect(line.first.map { !"=+-@\"".contains($0) || line.hasPrefix("\"") } == true && !line.hasPrefix("\"="), "\(line)") }
        let page = try text(.punchMarkdown)
        #expect(!page.contains("<script") && page.contains("| category | files | failed records |"))
    }

    @Test("each format in JSON is JSON, and the trace has a slice for each file and counters")
    func json() throws {
        for format in [ReportFormat.json, .badge, .perfetto, .ctrf] { _ = try JSONDecoder().decode(JSONTree.self, from: Data(try text(format).utf8)) }
        guard case .object(let trace) = try JSONDecoder().decode(JSONTree.self, from: Data(try text(.perfetto).utf8)), case .array(let events)? = trace["traceEvents"] else {
            Issue.record("no events")
            return
        }
        func count(_ phase: String) -> Int { events.count { if case .object(let event) = $0, case .string(phase)? = event["ph"] { true } else { false } } }
        #expect(count("X") == HostileRun.names.count + 1)
        #expect(count("M") == 3 && count("C") == 3)
        #expect(try text(.badge) == #"{"color":"red","label":"sqllogictest","message":"9.0% (1/11)","schemaVersion":1}"# + "\n")
    }

    @Test("bytes that are not UTF-8 hide no other record, and the report says that one is missing")
    func invalid() throws {
        let run = try HostileRun()
        let path = run.path + "/records.jsonl"
        var lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n")).map { Data($0) }
        lines[0] = Data(#"{"id":0,"file":""#.utf8) + Data([0xFF, 0xC3]) + Data(#"","outcome":"#.utf8)
        try Data(lines.joined(separator: Data("\n".utf8))).write(to: URL(filePath: path))
        #expect(try run.text(.text).hasPrefix("note: 1 of the run's 11 records cannot be read on this machine; fetch the run again\n"))
        #expect(try run.report().failures.count == 7)
    }

    @Test("a run that had not ended, was stopped or could not go on says so first", arguments: [
        (nil, "note: the run had not ended when it was fetched: these are the 11 files that it had published\n"), (.stopped, "note: the run was stopped before all files were run\n"),
        (.budget, "note: the run's time was over before all files were run\n"), (.failed, "note: the run could not go on: SELECT '</script>"),
    ] as [(RunEnd?, String)])
    func caveat(end: RunEnd?, words: String) throws {
        let run = try HostileRun(HostileRun.records, end: end)
        let text = try run.text(.text)
        #expect(text.hasPrefix(words), "\(text)")
        #expect(try run.text(.markdown).contains("> **Note:**"))
        #expect(try run.text(.junit).contains("<system-out>the run"))
        #expect(try run.text(.json).contains(#""caveat":"the run"#))
    }
}
