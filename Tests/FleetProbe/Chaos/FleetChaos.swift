import Fleet
import FoundationEssentials
import Glibc
import TestSupport

/// Runs generated suites while it kills and stops their workers and supervisors at random, and then checks that nothing
/// was lost, doubled or left behind.
struct FleetChaos {
    let folder: String
    let executable: String
    private var random: SeededRandom
    private(set) var casualties = Casualties()

    static let killsInRound = 50

    init(folder: String, seed: UInt64, executable: String) {
        self.folder = folder
        self.executable = executable
        random = SeededRandom(seed)
    }

    mutating func run(_ wanted: Int) throws {
        while casualties.total < wanted && casualties.violations.isEmpty {
            casualties.rounds += 1
            try round(min(FleetChaos.killsInRound, wanted - casualties.total))
        }
    }

    // MARK: a round

    private mutating func round(_ wanted: Int) throws {
        let place = "\(folder)/\(casualties.rounds)"
        let workspace = place + "/ws"
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        let expected = try generate(workspace)
        var spec = RunSpec(id: "chaos", workspace: workspace, mode: random.below(4) == 0 ? .soak : .drain, workers: 2 + random.below(7), timeBudget: 600,
                           fileTimeout: 300, attempts: 1000, lease: 1, grace: 20, engine: EngineSpec(kind: .sqlite), startedBy: "chaos")
        spec.retries = random.below(2)
        let suite = try Suite.discover(workspace: workspace, globs: ["**/*.toy"], seed: random.next())
        let directory = try RunDirectory.create(state: place, spec: spec, suite: suite.divided(.parts(3), workers: spec.workers, history: SuiteHistory(), groups: []))
        let target = casualties.total + wanted
        var stopped: [Int32] = []
        try launch(directory)
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            let status = try directory.status()
            if status.phase == .finished && (status.outcomes[.untested] ?? 0) == 0, try !directory.isSupervised() { break }
            if try !directory.isSupervised() { try launch(directory) }
            if casualties.total < target { strike(status, directory, &stopped) } else { try finish(spec, workspace, directory, &stopped) }
            usleep(useconds_t(500 + random.below(4000)))
        }
        for pid in stopped { kill(pid, SIGCONT) }
        try casualties.examine(directory, expecting: expected)
        try casualties.examineProcesses(directory.path, state: place)
        try? FileManager.default.removeItem(atPath: place)
    }

    private func launch(_ directory: RunDirectory) throws {
        do {
            try Supervisor.launch(runDirectory: directory, executable: executable)
        } catch let error where [.alreadyFinished, .alreadyRunning].contains(error.code) {}
    }

    /// - Returns: how the files must end.
    private mutating func generate(_ workspace: String) throws -> [Outcome: Int] {
        var expected: [Outcome: Int] = [:]
        for number in 0..<(30 + random.below(120)) {
            let (orders, outcome) = [("pass", Outcome.pass), ("sleep 0.00\(random.below(9))\nfail", .fail), ("until go", .pass), ("fail", .fail),
                                     ("crash-once\nsleep 0.01", .pass), ("sleep 0.0\(random.below(9))", .pass), ("print \(String(repeating: "x", count: 3000))", .pass),
                                     parted(), parted()][random.below(9)]
            write(orders + "\n", to: "\(workspace)/f\(number).toy")
            expected[outcome, default: 0] += 1
        }
        // At least one waits, so that the run cannot be over before the last kill.
        write("until go\n", to: workspace + "/last.toy")
        expected[.pass, default: 0] += 1
        return expected
    }

    /// A file that several workers run together.
    private mutating func parted() -> (String, Outcome) {
        var orders = (0..<(3 + random.below(12))).map { _ in random.below(10) == 0 ? "until go" : "sleep 0.0\(random.below(30))" }
        let fails = random.below(3) == 0
        if fails { orders.insert("fail", at: random.below(orders.count)) }
        return ((["parted"] + orders).joined(separator: "\n"), fails ? .fail : .pass)
    }

    /// All kills are done: lets the waiting files go, and ends a soak run once it has been round.
    private func finish(_ spec: RunSpec, _ workspace: String, _ directory: RunDirectory, _ stopped: inout [Int32]) throws {
        for pid in stopped { kill(pid, SIGCONT) }
        stopped = []
        if access(workspace + "/go", F_OK) != 0 { write("", to: workspace + "/go") }
        if spec.mode == .soak, try directory.status().iteration ?? 0 > 2 { try directory.requestStop(.graceful) }
    }

    private mutating func strike(_ status: RunStatus, _ directory: RunDirectory, _ stopped: inout [Int32]) {
        let alive = status.workers.filter { $0.pid > 1 && $0.state != .gone }
        guard !alive.isEmpty else { return }
        let worker = alive[random.below(alive.count)]
        switch random.below(20) {
        case 0, 1:
            guard let parent = parent(of: worker.pid), commandLine(parent).contains(directory.path), kill(parent, SIGKILL) == 0 else { return }
            casualties.add("supervisor")
        case 2:
            guard kill(worker.pid, SIGSTOP) == 0 else { return }
            stopped.append(worker.pid)
            casualties.add("worker stopped")
        case 3:
            guard let pid = stopped.popLast() else { return }
            kill(pid, SIGCONT)
        case 4:
            guard kill(worker.pid, SIGTERM) == 0 else { return }
            casualties.add("worker asked to leave")
        default:
            guard kill(worker.pid, SIGKILL) == 0 else { return }
            casualties.add("worker")
        }
    }

    private func parent(of pid: Int32) -> Int32? {
        guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/status"),
              let line = status.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: "PPid:".utf8) }) else { return nil }
        return Int32(String(decoding: line.dropFirst(6), as: UTF8.self)).flatMap { $0 > 1 ? $0 : nil }
    }

    private func write(_ text: String, to path: String) { _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) }
}
