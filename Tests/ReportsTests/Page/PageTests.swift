import Fleet
import FoundationEssentials
@testable import RemoteKit
@testable import Reports
import TestSupport
import Testing

/// The page's parts, without a browser.
@Suite("The page") struct PageModelTests {
    @Test("texts in a script are the same value and no markup", arguments: [
        ("a", "\"a\""), ("</script>", #""\u003c/script\u003e""#), ("<!--", #""\u003c!--""#), ("a\"b\\c\nd", #""a\"b\\c\nd""#), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
        ("\u{1}\u{7F}&", #""\u0001\u007f\u0026""#), ("€\u{E2}¨", "\"€\u{E2}¨\""), ("ਨ", "\"ਨ\""),
    ])
    func escapes(text: String, json: String) throws {
        #expect(ScriptValue.text(text).json == json)
        #expect(try JSONDecoder().decode(String.self, from: Data(json.utf8)) == text)
    }

    @Test("lists, objects and numbers are JSON")
    func writes() {
        #expect(ScriptValue.object([("a", .list([.number(-1), .text("x"), .list([])])), ("b", .object([]))]).json == #"{"a":[-1,"x",[]],"b":{}}"#)
    }

    @Test("a quote with a combining mark behind it ends no value")
    func escapesByScalars() {
        #expect(PageText().escapeText("\"\u{301}<\u{338}") == "&quot;\u{301}&lt;\u{338}")
    }

    @Test("times are told in UTC", arguments: [
        (1_795_900_000.0, "28 Nov 2026, 21:06 UTC"), (951_782_399, "28 Feb 2000, 23:59 UTC"), (951_782_400, "29 Feb 2000, 00:00 UTC"), (1, "1 Jan 1970, 00:00 UTC"),
        (0, "?"), (.nan, "?"), (1e300, "?"), (-5, "?"),
    ])
    func tellsTimes(seconds: Double, text: String) {
        #expect(PageTime.text(seconds) == text)
    }

    @Test("an address holds any name", arguments: [
        ("a/b_c-1.test", nil, "#f=a/b_c-1.test"), ("a b\"<é>", 12, "#f=a%20b%22%3C%C3%A9%3E:12"), ("50%", nil, "#f=50%25"),
    ])
    func links(file: String, line: Int?, link: String) {
        #expect(PageLink.text(file, line: line) == link)
    }

    @Test("messages that differ in figures are one group, named as they are while all are the same")
    func groups() throws {
        let record = { (file: String, messages: [String]) in
            var record = FileRecord(id: 0, file: file, outcome: .fail, finishedAt: 0)
            record.failures = messages.enumerated().map { PageFailures.failure($0.offset + 1, .unexpectedError, $0.element, sql: "SELECT \($0.offset)") }
            return ReportedFile(record)
        }
        let groups = FailureGroups([record("a/x.test", ["no table t1", "no table t2"]), record("a/y.test", ["no table t1"]), record("z.test", ["killed after 5s"])])
        #expect(groups.ranked("message").map(\.group) == [.init(name: "no table tN", way: "message", files: 2, records: 3), .init(name: "killed after 5s", way: "message", files: 1, records: 1)])
        #expect(groups.ranked("folder").map(\.group.name) == ["a", "(top)"])
        #expect(groups.ofFile[2].allSatisfy { groups.groups[$0].files == 1 || groups.groups[$0].way == "kind" })
    }

    @Test("a timeline of a hundred thousand files is drawn in few shapes, and no failure is lost in it")
    func drawsManyTogether() throws {
        let files = (0..<100_000).map { index in
            RunDetails.File(id: index, file: "f", outcome: index == 70_123 ? .timeout : .pass, duration: 0.3, cpu: nil, tests: 1, skipped: 0, errors: 0, worker: index % 64,
                            finishedAt: 1000 + Double(index / 64) * 0.31, iteration: nil, isFlaky: false)
        }
        let drawn = try #require(TimelineChart(files: files, start: 999, end: 1500).shapes())
        #expect(drawn.rows == 64)
        #expect(drawn.text.utf8.count < 200_000)
        #expect(drawn.text.ranges(of: "class=\"fail\"").count == 1)
    }

    @Test("figures of a host that are no times draw nothing, and end nothing", arguments: [-1e308, 1e308, 0, .infinity, .nan])
    func toleratesTimes(time: Double) {
        let file = RunDetails.File(id: 0, file: "f", outcome: .fail, duration: time, cpu: time, tests: 1, skipped: 0, errors: 0, worker: 3, finishedAt: time, iteration: nil, isFlaky: false)
        let good = RunDetails.File(id: 1, file: "g", outcome: .pass, duration: 1, cpu: 1, tests: 1, skipped: 0, errors: 0, worker: 3, finishedAt: 5, iteration: nil, isFlaky: false)
        #expect(TimelineChart(files: [file, good], start: 1, end: 9).shapes()?.rows == 1)
        #expect(TimelineChart(files: Array(repeating: file, count: 2000) + [good], start: 1, end: 9).shapes()?.rows == 1)
        #expect(!UseSeries([.init(time: 1, length: 1, cpu: 0.5, active: 1), .init(time: 1e300, length: 1, cpu: 1, active: 2)]).shapes(start: 1, end: 9) { $0.cpu }.isEmpty)
    }

    @Test("samples of a day are 300 points")
    func downsamples() {
        let series = UseSeries((0..<86_400).map { .init(time: Double($0), length: 1, cpu: 0.5, active: 4) })
        #expect(series.points.count <= UseSeries.mostPoints && series.points.count > 200)
        #expect(series.points.allSatisfy { $0.cpu == 0.5 && $0.active == 4 })
    }

    @Test("a run that had not ended says so, and one of an older release is a page too")
    func tellsUnfinished() throws {
        let made = try PageRun(files: 60, failures: 3, hasEnded: false)
        let text = HTMLReport(try made.reported(), now: PageRun.start).text()
        #expect(text.contains("3 of 60 files failed so far"))
        #expect(text.contains("The run had not ended when it was fetched"))
        try made.write(Array(#"{"id":0,"file":"tests/fail.test","outcome":"fail","tests":2,"skipped":0,"errors":1,"duration":0.001,"attempt":1,"worker":0,"finishedAt":1795895595.6,"failures":[{"line":7,"message":"wrong result","sql":"SELECT 1","expected":"2","actual":"1"}]}"#.utf8), "records.jsonl")
        for name in ["engine.json", "samples"] { try FileManager.default.removeItem(atPath: made.path + "/" + name) }
        #expect(HTMLReport(try made.reported(), now: PageRun.start).text().contains("1 of 1 file failed so far"))
    }

    @Test("a run that passed, one without files and one whose files are all kept out have their verdict")
    func verdicts() throws {
        let passed = try PageRun(files: 4, failures: 0)
        #expect(PageVerdict(try passed.reported()).text == "All 4 files passed")
        let made = try PageRun(files: 1, failures: 0)
        let record = FileRecord(id: 0, file: "a.test", outcome: .blocked, finishedAt: 0, message: "needs 70 GB")
        let write = { (summary: String) in
            try made.write(Array(try JSONEncoder().encode(record)) + [10], "records.jsonl")
            try made.write(Array(String(decoding: try Data(contentsOf: URL(filePath: made.path + "/summary.json")), as: UTF8.self).replacing("\"outcomes\":{\"pass\":1}", with: "\"outcomes\":{\(summary)}").utf8), "summary.json")
        }
        try write(#""blocked":1"#)
        #expect(PageVerdict(try made.reported()).text == "No tests were run")
        #expect(HTMLReport(try made.reported(), now: 0).text().contains("needs 70 GB"))
    }
}
