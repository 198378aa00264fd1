import Fleet
import Platform
import RemoteKit
import Wire

/// A run in the Common Test Report Format 1.0.0 (ctrf.io, `schema/ctrf.schema.json` of ctrf-io/ctrf): one test a file. Times are milliseconds.
struct CTRFDocument: Encodable {
    var reportFormat = "CTRF"
    var specVersion = "1.0.0"
    var generatedBy: String
    var runId: String
    var results: Results

    struct Results: Encodable {
        var tool: Tool
        var summary: Summary
        var tests: [Test]
        var environment: Environment
    }

    struct Tool: Encodable {
        var name = "slt-remote"
        var version = Release.version
    }

    struct Summary: Encodable {
        var tests = 0, passed = 0, failed = 0, skipped = 0, pending = 0, other = 0, flaky = 0
        var start: Int
        var stop: Int
    }

    struct Test: Encodable {
        var name: String
        var status: String
        var duration: Int
        var rawStatus: String
        var filePath: String
        var suite = ["sqllogictest"]
        var stop: Int?
        var line: Int?
        var message: String?
        var trace: String?
        var snippet: String?
        var flaky: Bool?
        var retries: Int?
        var tags: [String]?
        var threadId: String?
    }

    struct Environment: Encodable {
        var reportName: String?
        var appName: String?
        var commit: String?
        var branchName: String?
        var testEnvironment: String
    }

    init(_ run: ReportedRun) {
        generatedBy = "slt-remote \(Release.version)"
        runId = run.status.id
        let failing = Dictionary(run.all.map { ($0.record.id, $0) }) { one, _ in one }
        let others = Dictionary(run.details.records.map { ($0.id, $0) }) { one, _ in one }
        var summary = Summary(start: Self.milliseconds(run.status.startedAt), stop: Self.milliseconds(run.status.finishedAt))
        let tests = run.details.files.map { file -> Test in
            let test = Self.test(file, failing[file.id], others[file.id])
            summary.tests += 1
            summary.flaky += test.flaky == true ? 1 : 0
            switch test.status {
            case "passed": summary.passed += 1
            case "failed": summary.failed += 1
            case "skipped": summary.skipped += 1
            case "pending": summary.pending += 1
            default: summary.other += 1
            }
            return test
        }
        let source = run.status.source
        results = Results(tool: Tool(), summary: summary, tests: tests,
                          environment: Environment(reportName: run.caveat, appName: run.status.project, commit: source?.commit, branchName: source?.branch, testEnvironment: run.host))
    }

    private static func test(_ file: RunDetails.File, _ failing: ReportedFile?, _ record: FileRecord?) -> Test {
        var test = Test(name: file.file.isEmpty ? "?" : file.file, status: status(file.outcome), duration: milliseconds(file.duration), rawStatus: file.outcome.rawValue, filePath: file.file)
        if file.finishedAt > 0 { test.stop = milliseconds(file.finishedAt) }
        test.threadId = file.worker.map { "\($0)" }
        if let failing {
            test.message = (failing.isKnown ? "known failure: " : "") + failing.placedTitle
            if failing.isKnown { test.status = "skipped" }
            test.line = failing.line
            test.snippet = failing.blocks.first.flatMap { $0.failure.sql.isEmpty ? nil : SafeText.block($0.failure.sql) }
            test.tags = failing.kind.map { [$0.rawValue] }
            let section = FailureSection(files: [failing], total: 1, extent: .whole, all: "")
            test.trace = section.lines(Style(width: 400), now: 0).dropFirst().joined(separator: "\n")
        } else if file.outcome != .pass, let message = record?.message {
            test.message = SafeText.block(message)
        }
        if file.isFlaky, file.outcome == .pass { test.flaky = true }
        if let failed = record?.runs?.failed, let passed = record?.runs?.passed { test.retries = max(0, min(1 << 40, failed) + min(1 << 40, passed) - 1) }
        return test
    }

    private static func status(_ outcome: Outcome) -> String {
        switch outcome {
        case .pass: "passed"
        case .fail, .timeout, .crashed, .outOfMemory, .unreadable: "failed"
        case .blocked, .unsupported, .skipped: "skipped"
        case .untested: "pending"
        }
    }

    private static func milliseconds(_ seconds: Double?) -> Int {
        guard let seconds, seconds.isFinite else { return 0 }
        return Int((max(0, min(seconds, 1e12)) * 1000).rounded())
    }
}
