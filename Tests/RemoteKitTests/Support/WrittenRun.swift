@testable import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport

/// A run folder that a test writes itself, as a fetch would have left it.
struct WrittenRun {
    var id: String
    var project: String? = "project"
    var records: [FileRecord]
    var source: SourceState?
    var engine: EngineIdentity?
    var known: KnownFailures?
    var isWholeSuite = true
    var kind = EngineSpec.Kind.sqlite
    var resumed: RunRevision?
    /// Without one the run had not ended when it was fetched.
    var end: RunEnd? = .drained

    init(_ id: String, _ records: [FileRecord] = []) {
        self.id = id
        self.records = records
    }

    /// - Returns: the run's own folder, below `host` of the catalog's root.
    @discardableResult
    func write(to root: TemporaryFolder, host: String = "box") throws -> RunFolder {
        let place = "\(host)/\(id)/"
        var spec = RunSpec(id: id, workspace: "/w/older-project", workers: 1, timeBudget: 60, fileTimeout: 60, engine: EngineSpec(kind: kind), source: source, startedBy: "me@here")
        spec.project = project
        spec.context = RunContext(commandLine: [], configuration: "", client: "", isWholeSuite: isWholeSuite)
        try root.write(text(spec), to: place + "spec.json")
        if let resumed { try root.write(text(resumed), to: place + "resumed.json") } else { try? FileManager.default.removeItem(atPath: root.file(place + "resumed.json")) }
        if let engine { try root.write(text(engine), to: place + "engine.json") }
        if let known { try root.write(text(known), to: place + "known-failures.json") }
        let numbered = records.enumerated().map { number, record in
            var record = record
            record.id = number
            return record
        }
        if let end {
            let outcomes = records.reduce(into: [Outcome: Int]()) { $0[$1.outcome, default: 0] += 1 }
            let summary = RunSummary(id: id, workspace: "/w", end: end, startedAt: 1_700_000_000, finishedAt: 1_700_000_100, wall: 100, total: records.count,
                                     outcomes: outcomes, tests: 0, skippedRecords: 0, errors: 0, workers: 1, restarts: 0, lateResults: 0)
            try root.write(text(summary), to: place + "summary.json")
            try root.write(numbered.map { line($0) + "\n" }.joined(), to: place + "records.jsonl")
        } else {
            for record in numbered { try root.write("owner\n\(line(record))\n", to: "\(place)results/\(record.id / 1000)/\(record.id)") }
        }
        return try RunFolder(path: root.file("\(host)/\(id)"))
    }

    private func text(_ value: some Encodable) throws -> String { String(decoding: try JSONEncoder().encode(value), as: UTF8.self) }

    /// As workers write it.
    private func line(_ record: FileRecord) -> String { String(decoding: record.json, as: UTF8.self) }
}
