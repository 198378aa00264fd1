import Fleet
import FoundationEssentials
import Glibc

/// Measures the fleet; each line that it prints is a row of a table.
struct Bench {
    /// Holds the state of what is measured; empty before. What is made in it stays.
    let folder: String
    let executable: String
    let clock = ContinuousClock()

    init(folder: String, executable: String) throws {
        self.folder = folder
        self.executable = executable
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        write("pass\n", "f.toy")
    }

    var workspace: String { folder + "/ws" }
    private var state: String { folder + "/state" }
    var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// All of it. What came out the first time says as much of the machine's memory as of the fleet: medians of several.
    func table() throws {
        print("| what | measured | goal |\n| --- | --- | --- |")
        for (files, times) in [(1000, 9), (100_000, 3), (1_000_000, 1)] { try claims(workers: 64, files: files, times: times) }
        try overhead(files: 20_000)
        try makespan(seeds: [1, 2, 3])
        try rest(workers: 64)
    }

    func write(_ text: String, _ name: String) { _ = FileManager.default.createFile(atPath: workspace + "/" + name, contents: Data(text.utf8)) }

    func row(_ what: String, _ value: String, _ goal: String) { print("| \(what) | \(value) | \(goal) |") }

    func seconds(_ duration: Duration) -> Double { Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18 }

    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    func rounded(_ value: Double, _ digits: Int = 2) -> String {
        let scale = (0..<digits).reduce(1.0) { result, _ in result * 10 }
        return "\((value * scale).rounded() / scale)"
    }

    // MARK: runs

    /// Makes a run of `suite`. It is not removed: for minutes after many files have been removed, ext4 passes over the inode of
    /// each of them whenever it makes a file nearby, which takes ten times as long as a claim.
    /// - Parameter workspace: ``workspace`` unless told; history belongs to it.
    func run(workers: Int, startedBy: String = "toys", workspace: String? = nil, _ suite: Suite) throws -> RunDirectory {
        let spec = RunSpec(id: RunDirectory.newID(), workspace: workspace ?? self.workspace, workers: workers, timeBudget: 3600, fileTimeout: 600,
                           engine: EngineSpec(kind: .sqlite), startedBy: startedBy)
        return try RunDirectory.create(state: state, spec: spec, suite: suite)
    }

    /// What is known of earlier runs.
    func history() throws -> SuiteHistory { try SuiteHistory.load(state: state, workspace: workspace) }

    /// Looks every millisecond until `condition` holds; a bench that waits for what cannot come ends with an error.
    func wait(for what: String, _ condition: () throws -> Bool) throws {
        let deadline = clock.now + .seconds(600)
        while try !condition() {
            guard clock.now < deadline else { throw FleetError(.accounting, "cannot go on: waited ten minutes for \(what)") }
            usleep(1000)
        }
    }

    /// Waits for the end of a run.
    func end(_ directory: RunDirectory) throws -> RunSummary? {
        try wait(for: "the end of \(directory.path)") { try directory.summary() != nil && !directory.isSupervised() }
        return try directory.summary()
    }

    func records(_ directory: RunDirectory) throws -> [FileRecord] {
        try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(FileRecord.self, from: $0) }
    }
}
