import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A workspace of toy files, a state folder, and real processes of the probe on them. What still runs is ended with it.
final class FleetFixture {
    let folder: TemporaryFolder
    private(set) var directory: RunDirectory?

    init() throws { folder = try TemporaryFolder() }

    deinit {
        guard let directory else { return }
        try? directory.requestStop(.now)
        for _ in 0..<6000 {
            guard (try? directory.isSupervised()) == true else { break }
            usleep(10000)
        }
    }

    var workspace: String { folder.file("ws") }
    var state: String { folder.file("state") }

    static let probe: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        for candidate in [own, CommandLine.arguments[0]] {
            let probe = candidate[..<(candidate.lastIndex(of: "/") ?? candidate.startIndex)] + "/fleet-probe"
            if access(String(probe), X_OK) == 0 { return String(probe) }
        }
        return "fleet-probe"
    }()

    func toys(_ files: [String: String]) throws {
        for (name, orders) in files { try folder.write(orders, to: "ws/" + name) }
    }

    func make(workers: Int = 2, budget: Double = 900, timeout: Double = 300, attempts: Int = 2, memory: Int? = nil, lease: Double? = nil,
              grace: Double? = nil, engine: EngineSpec = EngineSpec(kind: .sqlite), globs: [String] = ["**/*.toy"],
              block: [BlockedFile] = [], id: String = "run-1", selection: Selection? = nil,
              changing: (inout RunSpec) -> Void = { _ in }) throws -> RunDirectory {
        var spec = RunSpec(id: id, workspace: workspace, workers: workers, timeBudget: budget, fileTimeout: timeout,
                           attempts: attempts, memoryLimit: memory, lease: lease, grace: grace, engine: engine, blocked: block,
                           startedBy: "tests")
        changing(&spec)
        var suite = try Suite.discover(workspace: workspace, globs: globs, block: block)
        if let selection {
            suite = try suite.selecting(selection, history: SuiteHistory.load(state: state, workspace: workspace), seed: spec.seed)
        }
        let made = try RunDirectory.create(state: state, spec: spec, suite: suite)
        directory = made
        return made
    }

    @discardableResult
    func launch() throws -> Int32 {
        try Supervisor.launch(runDirectory: try #require(directory), executable: FleetFixture.probe)
    }

    /// Waits until the supervisor has gone and left a summary.
    func summary() async throws -> RunSummary {
        let directory = try #require(directory)
        let ended = try await eventually { try directory.summary() != nil && !directory.isSupervised() }
        let status = try directory.status()
        try #require(ended, "the run did not end: \(status)")
        return try #require(try directory.summary())
    }

    func run() async throws -> RunSummary {
        try launch()
        return try await summary()
    }

    /// `records.jsonl`, which must have one record for each file, in order.
    func records() throws -> [FileRecord] {
        let directory = try #require(directory)
        let data = try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl"))
        let records = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(FileRecord.self, from: Data($0)) }
        #expect(records.map(\.id) == Array(0..<(try directory.manifest().count)))
        return records
    }

    func record(_ name: String) throws -> FileRecord { try #require(try records().first { $0.file == name }) }

    func events() throws -> [RunEvent] {
        var follower = RunFollower(try #require(directory))
        var all: [RunEvent] = []
        while case let some = try follower.next(), !some.isEmpty { all += some }
        return all
    }

    /// The files that have an event, which must be one each.
    func finished() throws -> [Int] { try events().compactMap { $0.record?.id }.sorted() }

    /// Processes whose command line names the run directory.
    func processes() throws -> [Int32] {
        let mark = try #require(directory).path
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            return String(decoding: data, as: UTF8.self).contains(mark)
        }
    }

    /// The worker that runs `file` now, once there is one.
    /// - Parameter line: of the file that it has come to, at least.
    func worker(on file: String, line: Int = 0) async throws -> WorkerStatus {
        let directory = try #require(directory)
        var found: WorkerStatus?
        _ = try await eventually {
            found = try directory.status().workers.first { $0.file == file && $0.state == .running && $0.line >= line }
            return found != nil
        }
        return try #require(found)
    }

    /// Nothing temporary is left in the run directory.
    func expectTidy(_ location: SourceLocation = #_sourceLocation) throws {
        let path = try #require(directory).path
        // A run of which nothing is left to do has none of these folders.
        for name in ["claims", "tmp", "work"] where access("\(path)/\(name)", F_OK) == 0 {
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)").isEmpty, sourceLocation: location)
        }
        #expect(try processes().isEmpty, sourceLocation: location)
    }
}
