import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform

/// Makes one run's folder of the results of its shares: one record a file, with the host that had it.
struct SharedRunMerge {
    let note: SharedRunNote
    let shares: [SharedFleet.Share]
    let folder: SharedRunFolder
    /// Why hosts had no part in the run any more, by name.
    let reasons: [String: String]

    /// What came of it.
    struct Merged {
        var status: RunStatus
        var folder: String
        var warnings: [String] = []
    }

    private struct Counts {
        var outcomes: [Outcome: Int] = [:]
        var tests = 0
        var skipped = 0
        var errors = 0

        mutating func add(_ record: FileRecord) {
            outcomes[record.outcome, default: 0] += 1
            tests += record.tests
            skipped += record.skipped
            errors += record.errors
        }
    }

    /// - Throws: ``RemoteError`` `results` where the results of a share are not here or cannot be read.
    func run() throws -> Merged {
        var best = [FileRecord?](repeating: nil, count: note.files.count), rows: [(from: String, to: Int)] = []
        let folders = try shares.compactMap { share in try share.folder.map { (share, try RunFolder(path: $0)) } }
        guard let first = folders.first else { throw RemoteError(.results, "no host has results of the run \(note.id)") }
        for (share, run) in folders {
            var places = Dictionary(grouping: share.note.files) { note.files[$0].file }
            try run.forEachRecord { record in
                guard record.outcome != .untested, let place = places[record.file]?.popLast(), best[place] == nil else { return true }
                var record = record
                rows.append(("\(run.path)/rows/\(record.id)", place))
                (record.id, record.host) = (place, share.note.host)
                best[place] = record
                return true
            }
        }
        // Of a host that was lost it is known in short what had passed there.
        for share in shares where share.folder == nil {
            for (place, record) in share.records where record.outcome == .pass && best[place] == nil {
                var record = record
                (record.id, record.host) = (place, share.note.host)
                best[place] = record
            }
        }
        var owners = [Int?](repeating: nil, count: note.files.count)
        for (index, share) in shares.enumerated() { for place in share.note.files { owners[place] = index } }
        var counts = Counts(), lines: [UInt8] = []
        for (place, file) in note.files.enumerated() {
            let record = best[place] ?? FileRecord(id: place, file: file.file, outcome: .untested, finishedAt: 0, message: whyUntested(owners[place].map { shares[$0] }))
            counts.add(record)
            lines += record.json + [UInt8(ascii: "\n")]
        }
        return try write(first.1, folders.map(\.1), lines, counts, rows)
    }

    private func whyUntested(_ share: SharedFleet.Share?) -> String {
        guard let share else {
            return reasons.isEmpty ? "no host ran it" : "no host was left that could run it: " + reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
        }
        switch share.status?.end {
        case .budget: return "the time budget was over on \(share.note.host)"
        case .stopped: return "the run was stopped on \(share.note.host)"
        default: return "\(share.note.host) did not run it" + (reasons[share.note.host].map { ": \($0)" } ?? "")
        }
    }

    private func write(_ first: RunFolder, _ folders: [RunFolder], _ lines: [UInt8], _ counts: Counts, _ rows: [(from: String, to: Int)]) throws -> Merged {
        let place = folder.unfinished
        var spec = first.spec
        spec.id = note.id
        spec.workers = max(1, folders.reduce(0) { $0 + ($1.spec.workers) })
        spec.context?.isWholeSuite = note.isWholeSuite
        spec.context?.sharedRun = nil
        spec.context?.hosts = note.hosts
        let summaries = folders.compactMap(\.summary), untested = counts.outcomes[.untested] ?? 0
        let ends = summaries.map(\.end)
        let end: RunEnd = untested == 0 ? .drained : ends.contains(.stopped) ? .stopped : ends.contains(.budget) ? .budget : .failed
        var summary = RunSummary(id: note.id, workspace: spec.workspace, end: end, startedAt: summaries.map(\.startedAt).min() ?? note.createdAt,
                                 finishedAt: summaries.map(\.finishedAt).max() ?? note.createdAt, total: note.files.count)
        (summary.outcomes, summary.tests, summary.skippedRecords, summary.errors) = (counts.outcomes, counts.tests, counts.skipped, counts.errors)
        summary.workers = spec.workers
        summary.restarts = summaries.reduce(0) { $0 + $1.restarts }
        summary.lateResults = summaries.reduce(0) { $0 + $1.lateResults }
        if end == .failed { summary.error = reasons.isEmpty ? "files are untested" : reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ") }
        summary.obstacle = end == .failed ? summaries.compactMap(\.obstacle).first : nil
        let flaky = summaries.reduce(0) { $0 + ($1.flaky ?? 0) }
        summary.flaky = flaky > 0 ? flaky : nil
        let retries = summaries.compactMap(\.retries)
        summary.retries = retries.isEmpty ? nil : retries.reduce(0, +)
        summary.memory = summaries.compactMap(\.memory).first
        try JSONEncoder().encode(spec).write(to: URL(fileURLWithPath: place + "/spec.json"), options: .atomic)
        try JSONEncoder().encode(summary).write(to: URL(fileURLWithPath: place + "/summary.json"), options: .atomic)
        try Data(lines).write(to: URL(fileURLWithPath: place + "/records.jsonl"), options: .atomic)
        for name in ["known-failures.json", "configuration.toml", "engine.json"] {
            if let bytes = first.contents(of: name) { try Data(bytes).write(to: URL(fileURLWithPath: "\(place)/\(name)"), options: .atomic) }
        }
        try copy(rows, to: place + "/rows")
        if rename(place, folder.merged) != 0 { throw RemoteError(.results, "cannot rename \(place): \(ErrorText.of(errno))") }
        return Merged(status: status(spec, summary), folder: folder.merged, warnings: differences(folders))
    }

    private func copy(_ rows: [(from: String, to: Int)], to folder: String) throws {
        for (from, to) in rows where FileManager.default.fileExists(atPath: from) {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? FileManager.default.copyItem(atPath: from, toPath: "\(folder)/\(to)")
        }
    }

    /// What makes results of one host say something else than those of another.
    private func differences(_ folders: [RunFolder]) -> [String] {
        let engines = Set(folders.compactMap { $0.engine.map { "\($0.name) \($0.version ?? "")" } }), trees = Set(folders.compactMap { $0.spec.source?.treeDigest })
        return (engines.count > 1 ? ["the hosts have different engines: \(SafeText.line(engines.sorted().joined(separator: ", "), limit: 500))"] : [])
            + (trees.count > 1 ? ["the sources changed while they were synced: the hosts have different ones"] : [])
    }

    private func status(_ spec: RunSpec, _ summary: RunSummary) -> RunStatus {
        var status = RunStatus(id: spec.id, phase: .finished, workspace: spec.workspace, createdAt: note.createdAt, startedAt: summary.startedAt, finishedAt: summary.finishedAt,
                               timeBudget: spec.timeBudget, total: summary.total, queued: 0, running: 0, outcomes: summary.outcomes, tests: summary.tests,
                               skippedRecords: summary.skippedRecords, workersWanted: summary.workers, restarts: summary.restarts, lateResults: summary.lateResults,
                               end: summary.end, error: summary.error)
        status.flaky = summary.flaky
        status.flakyRule = spec.flaky
        status.retries = summary.retries
        status.memory = summary.memory
        status.obstacle = summary.obstacle
        status.project = spec.project
        status.startedBy = spec.startedBy
        status.source = spec.source
        status.partialSync = spec.source?.partialSync
        return status
    }
}
