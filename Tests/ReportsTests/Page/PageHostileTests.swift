import Fleet
import FoundationEssentials
@testable import RemoteKit
@testable import Reports
import TestSupport
import Testing

/// Names, statements and messages that would be markup: whoever wrote a suite, or owns a host, is not whoever opens the page.
@Suite("Hostile text in a page", .serialized) struct PageHostileTests {
    /// Each sets a variable of the page when it is run.
    static let texts = [
        "</script><script>window.pwned=1</script>", "<img src=x onerror=\"window.pwned=2\">", "\"><svg onload=window.pwned=3>", "'; window.pwned=4; '",
        "<!--<script>window.pwned=5", "\"\u{301} onmouseover=\"window.pwned=6", "\u{2028}window.pwned=7//", "javascript:window.pwned=8", "]]><b>x</b>&lt;i&gt;",
        "{{{data}}}{{#files}}x{{/files}}", "\u{202E}gnp.exe", "back\\slash \\u003cscript\\u003e \0 \u{1B}[31m",
    ]

    /// A run in which every text is one of them.
    private func page() throws -> (run: PageRun, text: String) {
        let texts = Self.texts
        let made = try PageRun(files: 40, failures: 40, names: texts.map { "\($0)/\($0).test" })
        let lines = try String(contentsOfFile: made.path + "/records.jsonl", encoding: .utf8).split(separator: "\n")
        let records = try lines.enumerated().map { index, line in
            var record = try JSONDecoder().decode(FileRecord.self, from: Data(line.utf8))
            let text = texts[index % texts.count]
            record.outcome = index % 4 == 3 ? .crashed : .fail
            record.message = text
            record.output = text
            record.failures = index % 4 == 3 ? [] : (0..<3).map { number in
                var failure = PageFailures.failure(10 + number, .unexpectedError, text, sql: "SELECT '\(text)' -- \(text)", expected: text, actual: text + text)
                failure.script = text
                if number == 2 { failure.causedBy = 10 }
                return failure
            }
            return record
        }
        try made.write(records.map { Array(try JSONEncoder().encode($0)) + [10] }.flatMap(\.self), "records.jsonl")
        var rows = FailureRows(recordLine: 10, columns: 2, isValues: false, expected: texts, actual: texts.reversed())
        rows.provenBy = texts[0]
        for id in 0..<40 { try made.write(Array(try JSONEncoder().encode(rows)), "rows/\(id)") }
        var spec = try JSONDecoder().decode(RunSpec.self, from: Data(contentsOf: URL(filePath: made.path + "/spec.json")))
        spec.project = texts[0] + texts[1]
        spec.source = SourceState(commit: texts[2], branch: texts[5])
        spec.startedBy = texts[1]
        spec.context = RunContext(commandLine: texts, configuration: texts.joined(separator: "\n"), client: texts[2], isWholeSuite: true)
        try made.write(Array(try JSONEncoder().encode(spec)), "spec.json")
        var engine = EngineIdentity(name: texts[1])
        engine.version = texts[5]
        try made.write(Array(try JSONEncoder().encode(engine)), "engine.json")
        var comparison = RunComparison()
        comparison.newlyFailing = texts.map { RunComparison.Change(file: $0, line: 3, message: $0, sql: $0) }
        comparison.new = texts
        comparison.slower = texts.map { RunComparison.Slowdown(file: $0, before: 1, after: 2) }
        let trend = texts.map { TrendPoint(run: $0, startedAt: PageRun.start, commit: $0, branch: $0, total: 4, passed: 3, failed: 1, wall: 2) }
        var run = try made.reported()
        run.host = texts[1]
        run.trend = trend
        run.pair = try RunPair(run.details.folder, run.details.folder, in: RunCatalog(root: made.folder.path))
        run.pair?.earlier.run = texts[1]
        run.pair?.comparison = comparison
        return (made, HTMLReport(run, now: PageRun.start).text())
    }

    @Test("nothing of it ends a script, a value or an element")
    func isEscaped() throws {
        let text = try page().text
        // The data's, the page's own and nothing else.
        #expect(text.ranges(of: "<script").count == 2)
        #expect(text.ranges(of: "</script").count == 2)
        #expect(!text.contains("<img") && !text.contains("<svg onload") && !text.contains("<!--"))
        #expect(!text.unicodeScalars.contains("\u{2028}") && !text.unicodeScalars.contains("\u{202E}") && !text.unicodeScalars.contains("\u{1B}") && !text.utf8.contains(0))
    }

    @Test("a browser shows it as text and runs none of it", .enabled(if: Browser.isExpected, Comment(rawValue: Browser.missing)))
    func isInert() async throws {
        let (folder, page) = (try TemporaryFolder(), try page())
        let path = try folder.write(page.text, to: "page.html")
        let browser = try await Browser()
        try await browser.open(path)
        try await browser.evaluate("document.querySelectorAll('#list .row').forEach(row => row.click()); document.querySelectorAll('details').forEach(part => { part.open = true; })")
        try await browser.evaluate("document.querySelectorAll('*').forEach(part => part.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))")
        #expect(try await browser.evaluate("typeof window.pwned").text == "undefined")
        #expect(try await browser.evaluate("document.querySelectorAll('img, script, iframe, object, [onerror], [onload], [onmouseover]').length").number == 2)
        #expect(try await browser.evaluate("[...document.querySelectorAll('a')].every(link => link.getAttribute('href').startsWith('#'))").bool == true)
        let names = try await browser.evaluate("[...document.querySelectorAll('#list .path')].map(part => part.textContent)").list.compactMap(\.text)
        #expect(names.contains("\(Self.texts[0])/\(Self.texts[0]).test"))
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
        #expect(browser.requests.filter { !$0.hasPrefix("about:") && !$0.hasPrefix("data:") } == ["file://\(path)"])
        // Even markup that got into the page would not run.
        try await browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=9\">'); "
            + "new Promise(done => document.body.lastElementChild.addEventListener('error', done)).then(() => true)")
        #expect(try await browser.evaluate("typeof window.pwned").text == "undefined")
    }

    @Test("a thousand files with many long failures and long names are a page of at most 5 MB")
    func isBounded() throws {
        let made = try PageRun(files: 1200, failures: 1000)
        let long = String(repeating: "<long & wide> ", count: 70)
        let lines = try String(contentsOfFile: made.path + "/records.jsonl", encoding: .utf8).split(separator: "\n")
        var bytes: [UInt8] = []
        for line in lines {
            var record = try JSONDecoder().decode(FileRecord.self, from: Data(line.utf8))
            record.file += String(repeating: "/<folder>", count: 90)
            if record.outcome == .fail {
                record.failures = (0..<100).map { PageFailures.failure($0 + 1, .wrongError, long, sql: long, expected: long, actual: long + "!") }
                record.errors = 100_000
            }
            bytes += Array(try JSONEncoder().encode(record)) + [10]
        }
        try made.write(bytes, "records.jsonl")
        let text = HTMLReport(try made.reported(), now: PageRun.start).text()
        #expect(text.utf8.count <= 5_000_000)
        #expect(text.utf8.count > 1_000_000, "the failures should be in it")
    }

    @Test("names of which each character takes six bytes, and a reason for each file, do not make a page larger", arguments: [0, 4000])
    func isBoundedByWhatIsWritten(failures: Int) throws {
        let made = try PageRun(files: 1, failures: 0)
        var bytes: [UInt8] = []
        for number in 0..<6000 {
            var record = FileRecord(id: number, file: "\(number)" + String(repeating: "<", count: 395), outcome: number < failures ? .crashed : .blocked, finishedAt: PageRun.start)
            record.message = "reason \(number) " + String(repeating: "&", count: 180)
            bytes += Array(try JSONEncoder().encode(record)) + [10]
        }
        try made.write(bytes, "records.jsonl")
        let run = try made.reported()
        let text = HTMLReport(run, now: PageRun.start).text()
        #expect(text.utf8.count <= 5_000_000)
        #expect(text.utf8.count > 1_000_000, "the files should be in it")
    }

    @Test("a file whose reason has no room has none, and not another one's")
    func hasOwnReasons() throws {
        var columns = FileColumns(start: 0, room: 10_000_000)
        for number in 0..<2100 {
            let record = FileRecord(id: number, file: "\(number)", outcome: .blocked, finishedAt: 0, message: "reason \(number)")
            let isAdded = columns.add(RunDetails.File(id: number, file: "\(number)", outcome: .blocked, duration: 0, tests: 0, skipped: 0, errors: 0, finishedAt: 0, isFlaky: false), record)
            #expect(isAdded)
        }
        struct Columns: Decodable {
            var name: [String]
            var reasons: [String]
            var reason: [String: Int]
        }
        let read = try JSONDecoder().decode(Columns.self, from: Data(columns.value.json.utf8))
        #expect(read.name.count == 2100)
        #expect(read.reason.count == read.reasons.count && read.reason.count < 2100)
        for (file, number) in read.reason { #expect(read.reasons[number] == "reason \(file)") }
    }
}
