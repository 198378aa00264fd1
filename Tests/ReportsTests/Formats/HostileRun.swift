@testable import Fleet
import FoundationEssentials
import RemoteKit
@testable import Reports
import TestSupport

/// A fetched run whose names, SQL and messages try to leave every format. On a disk, as a fetch leaves it.
final class HostileRun: Sendable {
    let folder: TemporaryFolder
    static let id = "20261121-013000.000000-k3f9"
    static let host = "box"

    /// What a reader of a format would act on.
    static let names = [
        "tests/<script>alert(1)</script>.test", "tests/]]>&\"'.test", "tests/a|b`c``d.test", "=cmd()|'/C calc'!A0.test", "tests/a\n::set-output name=x::y.test",
        "tests/\u{1B}[2J\u{202E}.test", "tests/@team #1 http://x.example www.x.example.test", "tests/%0A::error::.test", "tests/file=a,line=1.test", "tests/$(id)`id`;.test",
    ]
    static let sql = "SELECT '</script><img src=x onerror=alert(1)>', ']]>', '|', '```'\n::set-output name=a::b\n=cmd()\u{1B}]0;t\u{7}\u{202E}"

    static func path(in folder: TemporaryFolder) -> String { folder.file("results/\(host)/\(id)") }
    var path: String { Self.path(in: folder) }

    /// - Parameters:
    ///   - records: in the order of the file; those of ``names`` unless told.
    ///   - end: `nil` for a run that had not ended when it was fetched.
    init(_ records: [FileRecord] = HostileRun.records, end: RunEnd? = .drained) throws {
        folder = try TemporaryFolder()
        let path = Self.path(in: folder)
        try FileManager.default.createDirectory(atPath: path + "/rows", withIntermediateDirectories: true)
        func write(_ values: [some Encodable], to name: String) throws {
            var data = Data()
            for value in values { data += try JSONEncoder().encode(value) + Data("\n".utf8) }
            try data.write(to: URL(filePath: path + "/" + name))
        }
        var spec = FormatSamples.spec
        spec = RunSpec(id: Self.id, workspace: "/w", workers: 2, timeBudget: 60, fileTimeout: 60, engine: spec.engine, source: spec.source, startedBy: "u@h")
        spec.project = "db<b>"
        try write([spec], to: "spec.json")
        try write([FormatSamples.engine], to: "engine.json")
        try write([FleetSample(host: Samples.host(), queued: 1, done: 0, workers: [.init(slot: 0, isRunning: true, cpu: 1, rss: 1)])], to: "samples")
        if let end {
            var summary = FormatSamples.summary
            summary = RunSummary(id: Self.id, workspace: "/w", end: end, error: end == .failed ? Self.sql : nil, startedAt: Samples.start, finishedAt: Samples.start + 60, wall: 60,
                                 total: records.count, outcomes: records.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }, tests: 100, skippedRecords: 0, errors: 1, workers: 2,
                                 restarts: 0, lateResults: 0, use: summary.use, flaky: records.count { $0.flaky == true })
            try write([summary], to: "summary.json")
            try write(records, to: "records.jsonl")
        } else {
            try FileManager.default.createDirectory(atPath: path + "/results/0", withIntermediateDirectories: true)
            for record in records {
                try (Data("held h b 1 1 0\n".utf8) + JSONEncoder().encode(record) + Data("\n".utf8)).write(to: URL(filePath: path + "/results/0/\(record.id)"))
            }
        }
        var rows = FormatSamples.rows
        (rows.expected, rows.actual, rows.columns, rows.recordLine, rows.kind, rows.ulps, rows.skipped) = (["1", "<b>", "2", "same"], ["1", "]]>", "2", "same"], 2, 10, nil, nil, nil)
        rows.script = nil
        (rows.expectedCount, rows.actualCount) = (4, 4)
        try write([rows], to: "rows/0")
    }

    func report(pasts: [String: FailurePast] = [:]) throws -> ReportedRun {
        var run = ReportedRun(try RunDetails(RunFolder(path: path)), pasts: pasts)
        run.options = ["--config", "a b.toml"]
        return run
    }

    /// The text of a format.
    func text(_ format: ReportFormat) throws -> String {
        String(decoding: try format.bytes(of: report(), style: Style(width: 200), now: Samples.start + 7200), as: UTF8.self)
    }

    /// One file for each name, each outcome among them, and one that passes.
    static var records: [FileRecord] {
        var records = names.enumerated().map { index, name -> FileRecord in
            let outcome: Outcome = index < 6 ? .fail : [.timeout, .crashed, .blocked, .untested][index - 6]
            var record = FileRecord(id: index, file: name, outcome: outcome, tests: 3, errors: outcome == .fail ? 3 : 0, duration: 0.25, worker: index % 2, finishedAt: Samples.start + Double(index),
                                    message: "message " + sql)
            if outcome == .fail { record.failures = failures }
            // What fails first is in a script that it includes.
            if index == 5 { for number in 0...1 { record.failures[number].script = "inc<u>.test" } }
            if outcome == .crashed { record.output = sql }
            return record
        }
        var flaky = FileRecord(id: names.count, file: "tests/flaky<i>.test", outcome: .pass, tests: 1, duration: 0.5, worker: 0, finishedAt: Samples.start + 20)
        flaky.flaky = true
        flaky.runs = RunCounts(passed: 1, failed: 2)
        flaky.flakyRecords = [FlakyRecord(line: 3, failed: 2, runs: 3)]
        records.append(flaky)
        return records
    }

    /// A hash whose rows were kept, a failed statement, and two consequences of it.
    static var failures: [RecordFailure] {
        var hash = RecordFailure(line: 12, message: "wrong result hash", sql: sql, expected: "4 values hashing to a", actual: "4 values hashing to b")
        (hash.kind, hash.recordLine, hash.isHashed, hash.identity) = (.wrongRows, 10, true, FormatSamples.identity)
        var other = hash
        other.line = 13
        var cause = RecordFailure(line: 20, message: "statement error: " + sql, sql: sql)
        (cause.kind, cause.recordLine, cause.script, cause.ulps) = (.unexpectedError, 20, "inc<u>.test", 2)
        var effect = RecordFailure(line: 30, message: "query failed: no such table: t", sql: "SELECT 1 FROM t")
        (effect.kind, effect.recordLine, effect.causedBy, effect.script) = (.unexpectedError, 30, 20, "inc<u>.test")
        return [hash, other, cause, effect]
    }
}
