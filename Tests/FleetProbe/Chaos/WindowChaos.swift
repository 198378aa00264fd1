import Fleet
import FoundationEssentials
import Glibc
import TestSupport

/// Runs generated suites whose workers are ended at given instants, not at random ones, and then checks that nothing was
/// lost, doubled or left behind. The run is as short as its files: no lease ends in it.
struct WindowChaos {
    let folder: String
    let executable: String
    private var random: SeededRandom
    private(set) var casualties = Casualties()

    init(folder: String, seed: UInt64, executable: String) {
        self.folder = folder
        self.executable = executable
        random = SeededRandom(seed)
    }

    private static let hitsInRound = 12

    /// - Parameter wanted: hits of each window.
    mutating func run(_ wanted: Int) throws {
        for window in KillWindow.allCases {
            while casualties.kills[window.rawValue] ?? 0 < wanted && casualties.violations.isEmpty {
                casualties.rounds += 1
                try round(window, min(WindowChaos.hitsInRound, wanted - (casualties.kills[window.rawValue] ?? 0)))
            }
        }
    }

    private mutating func round(_ window: KillWindow, _ wanted: Int) throws {
        let place = "\(folder)/\(casualties.rounds)", workspace = place + "/ws", deadly = "\(place)/deadly"
        for folder in [workspace, deadly] { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
        var expected: [Outcome: Int] = [:]
        for number in 0..<(20 + random.below(40)) {
            let outcome = [Outcome.pass, .fail][random.below(2)]
            let orders = random.below(4) == 0 ? "parted\nsleep 0.001\nsleep 0.001\n" : ""
            try Data((orders + (outcome == .pass ? "pass\n" : "fail\n")).utf8).write(to: URL(filePath: "\(workspace)/f\(number).toy"))
            expected[outcome, default: 0] += 1
        }
        let hits = "\(deadly)/\(window.rawValue)"
        try Data(repeating: 1, count: wanted).write(to: URL(filePath: hits))
        let spec = RunSpec(id: "chaos", workspace: workspace, workers: 1 + random.below(4), timeBudget: 900, fileTimeout: 300, attempts: 1000, lease: 60,
                           engine: EngineSpec(kind: .sqlite), startedBy: "chaos")
        let suite = try Suite.discover(workspace: workspace, globs: ["**/*.toy"], seed: random.next())
        let directory = try RunDirectory.create(state: place, spec: spec, suite: suite.divided(.parts(3), workers: spec.workers, history: SuiteHistory(), groups: []))
        try Supervisor.launch(runDirectory: directory, executable: executable, environment: [DeadlyWindows.variable: deadly])
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if try directory.summary() != nil, try !directory.isSupervised() { break }
            // A supervisor that dies now and then as well: the next one has to bring into order what it finds.
            if random.below(400) == 0 { try restart(directory, deadly) }
            usleep(2000)
        }
        let left = try Data(contentsOf: URL(filePath: hits)).count
        for _ in 0..<(wanted - left) { casualties.add(window.rawValue) }
        try casualties.examine(directory, expecting: expected)
        try casualties.examineProcesses(directory.path, state: place)
        if casualties.violations.isEmpty { try? FileManager.default.removeItem(atPath: place) }
    }

    private mutating func restart(_ directory: RunDirectory, _ deadly: String) throws {
        guard let pid = processes(naming: directory.path).first(where: { commandLine($0).dropFirst().first == "supervise" }) else { return }
        guard kill(pid, SIGKILL) == 0 else { return }
        casualties.add("supervisor")
        while try directory.isSupervised() { usleep(1000) }
        do throws(FleetError) {
            try Supervisor.launch(runDirectory: directory, executable: executable, environment: [DeadlyWindows.variable: deadly])
        } catch {
            if error.code != .alreadyFinished { throw error }
        }
    }
}
