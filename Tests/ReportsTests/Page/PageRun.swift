import Fleet
import FoundationEssentials
import RemoteKit
@testable import Reports
import TestSupport

/// A fetched run of made-up files with failures of every kind, in a folder of its own: what pages are tried with.
final class PageRun: Sendable {
    static let start = 1_795_900_000.0
    static let id = "20261129-053300.000000-page"

    let folder: TemporaryFolder
    var path: String { folder.file("results/sandbox/\(Self.id)") }

    /// - Parameters:
    ///   - failures: how many of the files fail.
    ///   - hasEnded: whether the run has a summary.
    ///   - isOldRelease: whether records have what releases of 2026 did not write.
    init(files: Int, failures: Int, workers: Int = 8, hasEnded: Bool = true, names: [String] = []) throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: path + "/rows", withIntermediateDirectories: true)
        let records = Self.records(files: files, failures: failures, workers: workers, names: names)
        let end = records.map(\.finishedAt).max() ?? Self.start
        try write(Self.encode(Self.spec(workers: workers)), "spec.json")
        try write(Self.encode(Self.engine), "engine.json")
        try write(records.map { try Self.encode($0) + [10] }.flatMap(\.self), "records.jsonl")
        if hasEnded { try write(Array(Self.summary(records, workers: workers, end: end).utf8), "summary.json") }
        try write(Array(Self.samples(from: Self.start, to: end, workers: workers).utf8), "samples")
        for record in records where !record.failures.isEmpty {
            let rows = record.failures.compactMap { PageFailures.rows($0, record.id) }
            if !rows.isEmpty { try write(rows.map { try Self.encode($0) + [10] }.flatMap(\.self), "rows/\(record.id)") }
        }
    }

    func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(filePath: path + "/" + name)) }

    /// The run as reports take it.
    func reported(pasts: Bool = true) throws -> ReportedRun {
        let details = try RunDetails(RunFolder(path: path))
        var past: [String: FailurePast] = [:]
        for (index, record) in details.records.filter({ $0.outcome.isFailure }).enumerated() where pasts {
            past[record.file] = index % 3 == 0 ? FailurePast(runs: 20, failed: 0)
                : FailurePast(runs: 20, failed: 1 + index % 19, firstCommit: "4c1f2e90ab", firstAt: Self.start - Double(index % 9) * 86_400 - 7200)
        }
        return ReportedRun(details, pasts: past)
    }

    /// With the run before it, and the last ones.
    func withPast(_ run: ReportedRun) throws -> ReportedRun {
        var run = run
        run.trend = Self.trend
        var pair = try RunPair(run.details.folder, run.details.folder, in: RunCatalog(root: folder.file("results")))
        pair.earlier.run = "20261128-181500.000000-k3f9"
        pair.comparison = comparison(run)
        run.pair = pair
        return run
    }

    /// Something of each sort that a comparison tells.
    private func comparison(_ run: ReportedRun) -> RunComparison {
        var comparison = RunComparison()
        let changes = run.failures.prefix(4).map { file in
            RunComparison.Change(file: file.record.file, line: file.blocks.first?.line, before: .pass, after: file.record.outcome, kind: file.kind,
                                 message: file.title, sql: file.blocks.first?.failure.sql ?? "")
        }
        comparison.newlyFailing = Array(changes.prefix(2))
        comparison.failingOtherwise = Array(changes.dropFirst(2).prefix(1))
        comparison.stillFailing = Array(changes.dropFirst(3))
        comparison.fixed = [RunComparison.Change(file: "suite/aggregate/avg_05.test", before: .fail, after: .pass, message: "wrong rows")]
        comparison.slower = run.details.files.prefix(2).map { .init(file: $0.file, before: 0.4, after: 1.9) }
        comparison.new = ["suite/window/frames_17.test"]
        return comparison
    }

    static var trend: [TrendPoint] {
        (0..<24).map { index in
            let failed = [9, 7, 7, 3, 0, 0, 4, 12][index % 8] + index / 6
            return TrendPoint(run: index == 23 ? id : "202611\(10 + index / 2)-053300.000000-r\(index)x", startedAt: start - Double(23 - index) * 43_200, commit: "4c1f2e90ab\(index)",
                              branch: index % 5 == 0 ? "fix/avg-overflow" : "main", total: 300, passed: 290 - failed, failed: failed, wall: 60 + Double(index))
        }
    }

    // MARK: files

    private static func encode(_ value: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(value)) }

    private static func spec(workers: Int) -> RunSpec {
        var spec = RunSpec(id: id, workspace: "/srv/build/quackdb", workers: workers, timeBudget: 3600, fileTimeout: 300, seed: 4711, engine: EngineSpec(kind: .sqlite),
                           source: SourceState(treeDigest: "707f01ca9957388f3257969ad4bc5844", commit: "9e107d9d372bb6826bd81d3542a419d6", branch: "window-frames", dirty: true), startedBy: "ana@laptop")
        spec.project = "quackdb"
        spec.context = RunContext(commandLine: ["slt-remote", "run", "--host", "sandbox", "--workers", "\(workers)"],
                                  configuration: "[suite]\npaths = [\"suite/**/*.test\"]   # slt-remote.toml\n\n[run]\nworkers = \(workers)   # --workers\nconnection = \"***\"\n", client: "0.7.0", isWholeSuite: true)
        return spec
    }

    private static var engine: EngineIdentity {
        var engine = EngineIdentity(name: "quackdb")
        engine.version = "1.4.0-dev"
        engine.digest = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
        engine.host = "sandbox-03"
        engine.kernel = "Linux 6.1.0-18-amd64 x86_64"
        return engine
    }

    private static func summary(_ records: [FileRecord], workers: Int, end: Double) -> String {
        let outcomes = records.reduce(into: [Outcome: Int]()) { $0[$1.outcome, default: 0] += 1 }.map { "\"\($0.key.rawValue)\":\($0.value)" }.joined(separator: ",")
        let wall = end - start, wanted = wall * Double(workers)
        let use = "{\"wanted\":\(wanted),\"active\":\(wanted * 0.94),\"startup\":\(wanted * 0.01),\"claims\":\(wanted * 0.01),\"tail\":\(wanted * 0.04),\"paused\":0}"
        return """
            {"version":1,"id":"\(id)","workspace":"/srv/build/quackdb","end":"drained","startedAt":\(start),"finishedAt":\(end),"wall":\(wall),"total":\(records.count),
            "outcomes":{\(outcomes)},"tests":\(records.reduce(0) { $0 + $1.tests }),"skippedRecords":12,"errors":\(records.reduce(0) { $0 + $1.errors }),"workers":\(workers),
            "restarts":1,"lateResults":0,"utilisation":0.91,"use":\(use),"flaky":\(records.count { $0.flaky == true })}
            """
    }

    private static func samples(from start: Double, to end: Double, workers: Int) -> String {
        var random = SeededRandom(7)
        return stride(from: start, to: end, by: 1).map { time in
            let tail = end - time < (end - start) * 0.1, busy = tail ? workers / 3 : workers - (Int.random(in: 0..<9, using: &random) == 0 ? 1 : 0)
            let cores = (0..<4).map { _ in String(min(1, Double(busy) / Double(workers) * Double.random(in: 0.82...1.05, using: &random))) }.joined(separator: ",")
            let all = (0..<workers).map { "{\"slot\":\($0),\"isRunning\":\($0 < busy),\"cpu\":0.9,\"rss\":9000000}" }.joined(separator: ",")
            return "{\"done\":0,\"host\":{\"cores\":[\(cores)],\"load\":[1,1,1],\"memoryAvailable\":1,\"memoryTotal\":2,\"processes\":9,\"time\":\(time)},\"queued\":0,\"workers\":[\(all)]}\n"
        }.joined()
    }

    private static let folders = ["suite/select", "suite/aggregate", "suite/join/outer", "suite/window", "suite/index/between", "suite/types/decimal", "suite/transactions"]

    /// Failures are spread over the files; workers take files in their order.
    private static func records(files: Int, failures: Int, workers: Int, names: [String]) -> [FileRecord] {
        var random = SeededRandom(11)
        var free = [Double](repeating: start + 0.4, count: workers)
        return (0..<files).map { id in
            let worker = free.indices.min { free[$0] < free[$1] } ?? 0
            let duration = (id % 37 == 0 ? 6 : 1) * Double.random(in: 0.05...1.9, using: &random)
            let folder = folders[id % folders.count], kind = ["scan", "filter", "group", "nested", "order", "limit"][id / 7 % 6]
            let name = id < names.count ? names[id] : "\(folder)/\(kind)_\(id).test"
            let isFailing = failures > 0 && id * failures / files != (id + 1) * failures / files
            let notRun = !isFailing && (id % 61 == 5 || id % 83 == 9)
            var record = FileRecord(id: id, file: name, outcome: .pass, tests: 40 + id % 90, skipped: id % 11 == 0 ? 3 : 0, duration: duration, cpu: duration * 0.92, worker: worker, finishedAt: 0)
            if isFailing { PageFailures.spoil(&record, number: id * failures / files) }
            if notRun {
                record.outcome = id % 61 == 5 ? .unsupported : .blocked
                record.message = id % 61 == 5 ? "needs the extension json" : "needs 70 GB of memory"
                (record.tests, record.worker, record.duration, record.cpu) = (0, nil, 0, nil)
            }
            if record.outcome == .pass, id % 97 == 3 {
                record.flaky = true
                record.runs = RunCounts(passed: 1, failed: 1)
                record.flakyRecords = [FlakyRecord(line: 17, failed: 1, runs: 2)]
            }
            if record.worker != nil { free[worker] += record.duration + 0.02 }
            record.finishedAt = record.worker == nil ? start : free[worker] - 0.02
            return record
        }
    }
}
