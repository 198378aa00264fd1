import Fleet
import FoundationEssentials
import Glibc

/// The worker executable of the tests: runs toy files in which each line is an order.
struct ToyExecutor: FileExecutor {
    func execute(_ task: FileTask) throws(EngineUnavailable) -> FileExecution {
        guard let data = FileManager.default.contents(atPath: task.pathText) else {
            return FileExecution(outcome: .unreadable, message: "cannot read the file")
        }
        var tests = 0
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            task.progress.at(line: index + 1, record: index + 1)
            tests += 1
            switch words.first {
            case "sleep", "until": wait(words, task)
            case "fail":
                return failed(index + 1, tests)
            case "crash": raise(SIGSEGV)
            case "die": kill(getpid(), SIGKILL)
            case "leave": exit(3)
            case "no-engine": throw EngineUnavailable("cannot start the engine: it is out for lunch")
            case "burn": burn(Double(words.last ?? "") ?? 0)
            case "nomem":
                let failure = RecordFailure(line: index + 1, message: "statement error: out of memory", sql: "SELECT 1")
                return FileExecution(outcome: .fail, tests: tests, errors: 1, failures: [failure], message: "1 record failed")
            case "spin": while task.tryNumber < 1 << 40 { task.progress.at(line: index + 1, record: index + 1) }
            case "hog": hog()
            case "refuse" where malloc(1 << 47) == nil:
                let words = Array("memory allocation of \(1 << 47) bytes failed\n".utf8)
                write(STDERR_FILENO, words, words.count)
                abort()
            case "crash-once": if task.tryNumber == 1 { raise(SIGABRT) }
            case "alternate":
                // Passes and fails in turn.
                let mark = task.workspace + "/" + (words.last ?? "mark")
                if unlink(mark) == 0 { return failed(index + 1, tests) }
                close(open(mark, O_CREAT | O_WRONLY, 0o600))
            case "print": print(words.dropFirst().joined(separator: " "))
            default: break
            }
        }
        return FileExecution(outcome: .pass, tests: tests)
    }

    /// `sleep SECONDS`, `until FILE`; anything else takes no time.
    func wait(_ words: [String], _ task: FileTask) {
        switch words.first {
        case "sleep": usleep(UInt32((Double(words.last ?? "0") ?? 0) * 1e6))
        case "until": while access(task.workspace + "/" + (words.last ?? ""), F_OK) != 0 { usleep(5000) }
        default: break
        }
    }

    private func failed(_ line: Int, _ tests: Int) -> FileExecution {
        let failure = RecordFailure(line: line, message: "wrong result", sql: "SELECT 1", expected: "1", actual: "2")
        return FileExecution(outcome: .fail, tests: tests, errors: 1, failures: [failure], message: "1 record failed")
    }

    private func hog() {
        while let block = malloc(16 << 20) { memset(block, 1, 16 << 20) }
        abort()
    }
}

/// Does nothing, to measure what the fleet itself costs.
struct InstantExecutor: FileExecutor {
    func execute(_ task: FileTask) -> FileExecution { FileExecution(outcome: .pass, tests: 1) }
}

/// `bench FOLDER [claims WORKERS FILES TIMES | overhead FILES | makespan SEED… | rest WORKERS]`, without a name all of it.
private func bench(_ arguments: [String], _ own: String) throws -> Int32 {
    let bench = try Bench(folder: arguments[0], executable: own)
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    switch (arguments.count > 1 ? arguments[1] : "", numbers.count) {
    case ("", _): try bench.table()
    case ("claims", 3): try bench.claims(workers: numbers[0], files: numbers[1], times: numbers[2])
    case ("overhead", 1): try bench.overhead(files: numbers[0])
    case ("makespan", 1...): try bench.makespan(seeds: numbers.map { UInt64($0) })
    case ("rest", 1): try bench.rest(workers: numbers[0])
    default: return 2
    }
    return 0
}

/// Runs one toy file in this process, as a program that is started for each file does.
private func toy(_ file: String) -> Int32 {
    let orders = FileManager.default.contents(atPath: file).map { String(decoding: $0.prefix(100), as: UTF8.self) } ?? ""
    let words = orders.prefix { $0 != "\n" }.split(separator: " ")
    if words.first == "burn" { burn(Double(words.last ?? "") ?? 0) }
    return 0
}

/// Uses the CPU for so many seconds of it.
func burn(_ seconds: Double) {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    let end = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 + seconds
    while Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 < end { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) }
}

private func status(_ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(RunDirectory.open(path: path).status()), as: UTF8.self))
}

/// `create STATE ID WORKSPACE WORKERS`: a run of every `*.toy` file.
private func create(_ arguments: [String]) throws {
    let suite = try Suite.discover(workspace: arguments[2], globs: ["**/*.toy"])
    let spec = RunSpec(id: arguments[1], workspace: arguments[2], workers: Int(arguments[3]) ?? 1, timeBudget: 60,
                       fileTimeout: 30, engine: EngineSpec(kind: .sqlite), startedBy: "probe")
    print(try RunDirectory.create(state: arguments[0], spec: spec, suite: suite).path)
}

private func report(_ casualties: Casualties, _ seed: UInt64, _ time: Duration) -> Int32 {
    print("seed \(seed): \(casualties.summary), \(time)")
    for violation in casualties.violations { print(violation) }
    return casualties.violations.isEmpty ? 0 : 1
}

/// `chaos FOLDER SEED KILLS`: of workers and supervisors, many a second.
private func chaos(_ folder: String, _ seed: UInt64, _ wanted: Int, _ own: String) throws -> Int32 {
    var chaos = FleetChaos(folder: folder, seed: seed, executable: own)
    let time = try ContinuousClock().measure { try chaos.run(wanted) }
    return report(chaos.casualties, seed, time)
}

/// `window-chaos FOLDER SEED HITS`: workers are ended between two steps that belong together, each of them so many times.
private func windowChaos(_ folder: String, _ seed: UInt64, _ wanted: Int, _ own: String) throws -> Int32 {
    var chaos = WindowChaos(folder: folder, seed: seed, executable: own)
    let time = try ContinuousClock().measure { try chaos.run(wanted) }
    return report(chaos.casualties, seed, time)
}

/// `host-chaos FOLDER SEED KILLS PROGRAMS`: also of clients, agents and connections.
private func hostChaos(_ folder: String, _ seed: UInt64, _ wanted: Int, _ programs: String) throws -> Int32 {
    var chaos = try HostChaos(folder: folder, seed: seed, programs: programs)
    let time = try ContinuousClock().measure { try chaos.run(wanted) }
    return report(chaos.casualties, seed, time)
}

private func main() -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { return 2 }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
    do {
        switch arguments[1] {
        case "supervise": return Supervisor.main(runDirectory: arguments[2], executable: getenv("PROBE_WORKER").map { String(cString: $0) } ?? own)
        case "work":
            DeadlyWindows.arm()
            if getenv("PROBE_BROKEN") != nil { return 9 }
            return Worker.main(runDirectory: arguments[2], slot: arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0) { directory in
                if directory.spec.engine.kind == .command { return CommandExecutor(directory) }
                if directory.spec.startedBy == "bench-claims" { return InstantExecutor() }
                return ToyExecutor()
            }
        case "launch": print(try Supervisor.launch(runDirectory: RunDirectory.open(path: arguments[2]), executable: own))
        case "create": try create(Array(arguments.dropFirst(2)))
        case "bench": return try bench(Array(arguments.dropFirst(2)), own)
        case "toy": return toy(arguments[2])
        case "chaos":
            guard arguments.count == 5, let seed = UInt64(arguments[3]), let wanted = Int(arguments[4]) else { return 2 }
            return try chaos(arguments[2], seed, wanted, own)
        case "window-chaos":
            guard arguments.count == 5, let seed = UInt64(arguments[3]), let wanted = Int(arguments[4]) else { return 2 }
            return try windowChaos(arguments[2], seed, wanted, own)
        case "host-chaos":
            guard arguments.count == 6, let seed = UInt64(arguments[3]), let wanted = Int(arguments[4]) else { return 2 }
            return try hostChaos(arguments[2], seed, wanted, arguments[5])
        case "status": try status(arguments[2])
        default: return 2
        }
        return 0
    } catch {
        print("\(error)")
        return 1
    }
}

exit(main())
