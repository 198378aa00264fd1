import FoundationEssentials
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Puts the rows behind hashes into the failures of a file, where the SQLite in this program has them.
struct LocalExplainer {
    /// What conditions call the engine.
    let engine: String
    /// Bytes that a replay may have.
    let memory: Int?
    let fileTimeout: Double?
    /// Whether scripts may reach for what is outside of their database.
    var allowsSystem = true
    /// Seconds that one statement may take; nil without a limit.
    var recordTimeout: Double?

    /// - Parameters:
    ///   - rows: the results whose expected rows are sought.
    ///   - path: of the script.
    ///   - scratch: a folder for what the script makes; it is removed afterwards.
    func explained(_ result: FileResult, _ rows: [RecordRows], path: String, scratch: String) -> FileResult {
        guard let failures = result.verdict?.failures, mkdir(scratch, 0o700) == 0 else { return result }
        var result = result
        defer { if rmdir(scratch) != 0 { try? FileManager.default.removeItem(atPath: scratch) } }
        let patience = ExplanationTask.patience(duration: result.seconds, fileTimeout: fileTimeout ?? .infinity)
        // Who ends the run ends this process.
        var replay = Replay(engine: engine, library: nil, folder: Array(scratch.utf8), memory: memory, patience: patience) { false }
        (replay.allowsSystem, replay.recordTimeout) = (allowsSystem, recordTimeout)
        let finding = replay.run(path, lines: rows.map(\.recordLine))
        for index in failures.indices where failures[index].isHashed == true {
            guard let line = failures[index].recordLine, let actual = rows.first(where: { $0.recordLine == line }) else { continue }
            result.verdict?.failures[index].show(finding.rows[line], actual, of: finding)
        }
        return result
    }
}

extension ScriptFailure {
    fileprivate mutating func show(_ expected: ReplayedRows?, _ actual: RecordRows, of finding: Replay.Finding) {
        guard let expected else {
            message += "; the expected rows are not known: \(finding.reason)"
            return
        }
        message += "; the expected \(expected.isValues ? "values" : "rows") are those of \(finding.engine)"
        if actual.actual.count == actual.actualCount, let judged = expected.judged(actual: actual.actual) {
            category = judged.category
            ulps = judged.ulps
        }
        let width = expected.columns
        // Reports compare the beginning of long results.
        let shared = zip(expected.values, actual.actual).prefix { $0 == $1 }.count / width
        let skipped = expected.values.count + actual.actual.count > Self.shown * width ? max(0, shared - Self.context) : 0
        self.expected = Self.text(expected.values, width, from: skipped)
        self.actual = Self.text(actual.actual, width, from: skipped)
    }

    /// Rows of both sides that are shown whatever they are, and rows before a difference.
    private static let shown = 400
    private static let context = 3

    /// A row on a line.
    private static func text(_ values: [String], _ columns: Int, from row: Int) -> String {
        (row > 0 ? "… \(row) rows that are the same\n" : "") + stride(from: row * columns, to: values.count, by: columns)
            .map { values[$0..<min($0 + columns, values.count)].joined(separator: "  ") + "\n" }.joined()
    }
}
