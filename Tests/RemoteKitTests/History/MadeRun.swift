@testable import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport

/// The folder of a fetched run, written by hand.
struct MadeRun {
    var id: String
    var records: [FileRecord]
    var project = "db"
    var engine = EngineSpec.Kind.sqlite
    var commit: String?
    var branch: String? = "main"
    var filters: [String]?
    /// Without a summary it has not ended.
    var hasEnded = true
    var startedAt = 1_764_000_000.0
    var identity: EngineIdentity?

    /// A run whose name and time tell its number.
    init(_ number: Int, commit: String? = nil, _ records: [FileRecord]) {
        id = "20261129-000000.\(String(1_000_000 + number).dropFirst())-abcd"
        startedAt += Double(number) * 60
        self.commit = commit ?? "c\(number)"
        self.records = records
    }

    static func id(_ number: Int) -> String { MadeRun(number, []).id }

    /// A record of a file; its position is set when it is written.
    static func file(_ name: String, _ outcome: Outcome = .pass, duration: Double = 0.5, cpu: Double? = 0.25, failures: [RecordFailure] = []) -> FileRecord {
        FileRecord(id: 0, file: name, outcome: outcome, tests: 3, errors: failures.count, duration: duration, cpu: cpu, worker: 1, finishedAt: 1_764_000_001,
                   message: outcome == .pass ? nil : "said of \(name)", failures: failures)
    }

    static func failure(_ line: Int, _ message: String = "wrong result", sql: String = "SELECT 1", digest: String? = nil, kind: FailureKind = .wrongRows) -> RecordFailure {
        var failure = RecordFailure(line: line, message: message, sql: sql, expected: "1", actual: "2")
        failure.kind = kind
        failure.recordLine = line
        failure.identity = RecordIdentity(digest: digest ?? "00000000000000\(line % 90 + 10)", occurrence: 1)
        return failure
    }

    private var summary: RunSummary {
        var outcomes: [Outcome: Int] = [:]
        for record in records { outcomes[record.outcome, default: 0] += 1 }
        return RunSummary(id: id, workspace: "/w/\(project)", end: .drained, startedAt: startedAt, finishedAt: startedAt + 30, wall: 30, total: records.count,
                          outcomes: outcomes, tests: records.reduce(0) { $0 + $1.tests }, skippedRecords: 0, errors: records.reduce(0) { $0 + $1.errors },
                          workers: 2, restarts: 0, lateResults: 0)
    }

    private var spec: RunSpec {
        var spec = RunSpec(id: id, workspace: "/w/\(project)", workers: 2, timeBudget: 60, fileTimeout: 10, engine: EngineSpec(kind: engine),
                           source: SourceState(treeDigest: "t1", commit: commit, branch: branch, dirty: false), startedBy: "me@here")
        spec.project = project
        spec.selection = Selection(filters: filters)
        return spec
    }

    var lines: [String] {
        records.enumerated().map { number, record in
            var record = record
            record.id = number
            return String(decoding: record.json, as: UTF8.self)
        }
    }

    /// - Returns: the run's own folder.
    @discardableResult
    func write(to folder: TemporaryFolder, host: String = "box") throws -> String {
        let place = "results/\(host)/\(id)"
        let encoder = JSONEncoder()
        let text = { (value: any Encodable) in String(decoding: try encoder.encode(value), as: UTF8.self) }
        try folder.write(try text(spec), to: place + "/spec.json")
        if let identity { try folder.write(try text(identity), to: place + "/engine.json") }
        if hasEnded { try folder.write(try text(summary), to: place + "/summary.json") }
        if hasEnded { try folder.write(lines.map { $0 + "\n" }.joined(), to: place + "/records.jsonl") }
        if !hasEnded { for (number, line) in lines.enumerated() { try folder.write("held h b 1 2 0\n\(line)\n", to: "\(place)/results/0/\(number)") } }
        return folder.file(place)
    }
}

extension TemporaryFolder {
    /// A history of the runs that are made here.
    var history: RunHistory { RunHistory(path: file("history.sqlite"), catalog: RunCatalog(root: file("results")), patience: 600) }
}
