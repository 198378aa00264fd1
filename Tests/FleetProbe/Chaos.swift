import Fleet
import FoundationEssentials
import Glibc

/// Runs generated suites while it kills and stops their processes at random, and then checks that nothing was lost,
/// doubled or left behind.
///
/// `chaos STATE SEED KILLS`: prints what it did; exit code 1 and a line for each violation when there is one.
struct Chaos {
    let folder: String
    let executable: String
    var random: SplitMix
    private(set) var kills: [String: Int] = [:]
    private(set) var rounds = 0
    private(set) var records = 0
    private(set) var violations: [String] = []

    static let killsInRound = 50

    init(folder: String, seed: UInt64, executable: String) {
        self.folder = folder
        self.executable = executable
        random = SplitMix(state: seed)
    }

    var total: Int { kills.values.reduce(0, +) }

    mutating func run(_ wanted: Int) throws {
        while total < wanted && violations.isEmpty {
            rounds += 1
            try round(min(Chaos.killsInRound, wanted - total))
        }
    }

    // MARK: a round

    private mutating func round(_ wanted: Int) throws {
        let place = "\(folder)/\(rounds)"
        let workspace = place + "/ws"
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        let expected = try generate(workspace)
        var spec = RunSpec(id: "chaos", workspace: workspace, mode: below(4) == 0 ? .soak : .drain, workers: 2 + below(7), timeBudget: 600,
                           fileTimeout: 300, attempts: 1000, lease: 1, grace: 20, engine: EngineSpec(kind: .sqlite), startedBy: "chaos")
        spec.retries = below(2)
        let directory = try RunDirectory.create(state: place, spec: spec, suite: Suite.discover(workspace: workspace, globs: ["**/*.toy"], seed: random.next()))
        let target = total + wanted
        var stopped: [Int32] = []
        try launch(directory)
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let status = try directory.status()
            if status.phase == .finished && (status.outcomes[.untested] ?? 0) == 0, try !directory.isSupervised() { break }
            if try !directory.isSupervised() { try launch(directory) }
            if total < target { strike(status, directory, &stopped) } else { try finish(spec, workspace, directory, &stopped) }
            usleep(useconds_t(500 + below(4000)))
        }
        for pid in stopped { kill(pid, SIGCONT) }
        try verify(directory, expected, place)
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
        for number in 0..<(30 + below(120)) {
            let (orders, outcome) = [("pass", Outcome.pass), ("sleep 0.00\(below(9))\nfail", .fail), ("until go", .pass), ("fail", .fail),
                                     ("crash-once\nsleep 0.01", .pass), ("sleep 0.0\(below(9))", .pass), ("print \(String(repeating: "x", count: 3000))", .pass)][below(7)]
            write(orders + "\n", to: "\(workspace)/f\(number).toy")
            expected[outcome, default: 0] += 1
        }
        // At least one waits, so that the run cannot be over before the last kill.
        write("until go\n", to: workspace + "/last.toy")
        expected[.pass, default: 0] += 1
        return expected
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
        let worker = alive[below(alive.count)]
        switch below(20) {
        case 0, 1:
            guard let parent = parent(of: worker.pid), commandLine(parent).contains(directory.path), kill(parent, SIGKILL) == 0 else { return }
            kills["supervisor", default: 0] += 1
        case 2:
            guard kill(worker.pid, SIGSTOP) == 0 else { return }
            stopped.append(worker.pid)
            kills["worker stopped", default: 0] += 1
        case 3:
            guard let pid = stopped.popLast() else { return }
            kill(pid, SIGCONT)
        case 4:
            guard kill(worker.pid, SIGTERM) == 0 else { return }
            kills["worker asked to leave", default: 0] += 1
        default:
            guard kill(worker.pid, SIGKILL) == 0 else { return }
            kills["worker", default: 0] += 1
        }
    }

    // MARK: checks

    private struct Line: Decodable {
        var id: Int
        var outcome: Outcome
    }

    private mutating func verify(_ directory: RunDirectory, _ expected: [Outcome: Int], _ place: String) throws {
        func check(_ holds: Bool, _ what: @autoclosure () -> String) {
            if !holds { violations.append("round \(rounds): \(what())") }
        }
        guard let summary = try directory.summary() else { return check(false, "the run did not end") }
        check(summary.error == nil, summary.error ?? "")
        check(summary.outcomes == expected, "\(summary.outcomes) instead of \(expected)")
        let data = try Data(contentsOf: URL(filePath: directory.path + "/records.jsonl"))
        let lines = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Line.self, from: $0) }
        check(lines.map(\.id) == Array(0..<summary.total), "records.jsonl has \(lines.count) records for \(summary.total) files")
        check(lines.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 } == summary.outcomes, "the records are not what the summary says")
        var follower = RunFollower(directory), finished: [String] = [], seen: Set<Int> = []
        while case let events = try follower.next(), !events.isEmpty {
            finished += events.compactMap { event in event.record.map { "\($0.id)/\($0.iteration ?? 1)" } }
            seen.formUnion(events.compactMap { $0.record?.id })
        }
        check(Set(finished).count == finished.count, "\(finished.count - Set(finished).count) records came twice")
        check(seen == Set(0..<summary.total), "events lack records")
        records += finished.count
        for name in ["claims", "tmp", "work"] {
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/\(name)")
            // A soak run ends in the middle of a round: the claims of its last files were given back.
            check(left.isEmpty || (name == "claims" && directory.spec.mode == .soak), "\(name) still holds \(left)")
        }
        let deadline = ContinuousClock.now + .seconds(5)
        while !(try processes(directory.path).isEmpty) && ContinuousClock.now < deadline { usleep(5000) }
        let left = try processes(directory.path).count + Leftovers.find(state: place).count
        check(left == 0, "\(left) processes are left")
    }

    private func processes(_ mark: String) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { $0 != getpid() && commandLine($0).contains(mark) }
    }

    private func commandLine(_ pid: Int32) -> String {
        FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func parent(of pid: Int32) -> Int32? {
        guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/status"),
              let line = status.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: "PPid:".utf8) }) else { return nil }
        return Int32(String(decoding: line.dropFirst(6), as: UTF8.self)).flatMap { $0 > 1 ? $0 : nil }
    }

    private func write(_ text: String, to path: String) { _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) }

    private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
}

/// SplitMix64: the same numbers for the same seed.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
