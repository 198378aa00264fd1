import Fleet
import FoundationEssentials
import Glibc

/// The worker executable of the tests: runs toy files in which each line is an order.
struct ToyExecutor: FileExecutor {
    func execute(_ task: FileTask) -> FileExecution {
        guard let data = FileManager.default.contents(atPath: task.pathText) else {
            return FileExecution(outcome: .unreadable, message: "cannot read the file")
        }
        var tests = 0
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            task.progress.at(line: index + 1, record: index + 1)
            tests += 1
            switch words.first {
            case "sleep": usleep(UInt32((Double(words.last ?? "0") ?? 0) * 1e6))
            case "until": while access(task.workspace + "/" + (words.last ?? ""), F_OK) != 0 { usleep(5000) }
            case "fail":
                return failed(index + 1, tests)
            case "crash": raise(SIGSEGV)
            case "die": kill(getpid(), SIGKILL)
            case "leave": exit(3)
            case "spin": while task.tryNumber < 1 << 40 { task.progress.at(line: index + 1, record: index + 1) }
            case "hog": hog()
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

/// `bench STATE WORKERS FILES`: how fast files are claimed and published.
private func bench(_ arguments: [String], _ own: String) throws {
    let workers = Int(arguments[1]) ?? 8, files = Int(arguments[2]) ?? 1000
    let clock = ContinuousClock()
    try FileManager.default.createDirectory(atPath: arguments[0], withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: arguments[0] + "/f.toy", contents: Data())
    let spec = RunSpec(id: "bench-\(workers)-\(files)", workspace: arguments[0], workers: workers, timeBudget: 600, fileTimeout: 60,
                       engine: EngineSpec(kind: .sqlite), startedBy: "bench")
    var directory: RunDirectory?
    let making = try clock.measure {
        directory = try RunDirectory.create(state: arguments[0], spec: spec, suite: Suite(files: Array(repeating: SuiteFile(name: Array("f.toy".utf8), size: 0), count: files)))
    }
    guard let directory else { return }
    let start = clock.now
    try Supervisor.launch(runDirectory: directory, executable: own)
    var claimed = start, done = start
    while try directory.status().queued > 0 { usleep(2000) }
    claimed = clock.now
    while try directory.status().done < files { usleep(2000) }
    done = clock.now
    var asking = Duration.zero
    while try directory.summary() == nil || directory.isSupervised() { asking = try clock.measure { _ = try directory.status() } }
    let seconds = { (duration: Duration) in Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18 }
    print("\(files) files, \(workers) workers: made in \(seconds(making)) s, \(Int(Double(files) / seconds(claimed - start))) claimed/s,",
          "\(Int(Double(files) / seconds(done - start))) published/s, whole run \(seconds(clock.now - start)) s, status \(seconds(asking) * 1000) ms")
    print(try directory.summary()?.outcomes ?? [:])
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

private func chaos(_ folder: String, _ seed: UInt64, _ wanted: Int, _ own: String) throws -> Int32 {
    var chaos = Chaos(folder: folder, seed: seed, executable: own)
    let clock = ContinuousClock()
    let time = try clock.measure { try chaos.run(wanted) }
    let kinds = chaos.kills.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    print("seed \(seed): \(chaos.total) kills (\(kinds)) in \(chaos.rounds) runs, \(chaos.records) records, \(chaos.violations.count) violations, \(time)")
    for violation in chaos.violations { print(violation) }
    return chaos.violations.isEmpty ? 0 : 1
}

private func main() -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { return 2 }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
    do {
        switch arguments[1] {
        case "supervise": return Supervisor.main(runDirectory: arguments[2], executable: getenv("PROBE_WORKER").map { String(cString: $0) } ?? own)
        case "work":
            if getenv("PROBE_BROKEN") != nil { return 9 }
            return Worker.main(runDirectory: arguments[2], slot: arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0) { directory in
                if directory.spec.engine.kind == .command { return CommandExecutor(directory) }
                if directory.spec.startedBy == "bench" { return InstantExecutor() }
                return ToyExecutor()
            }
        case "launch": print(try Supervisor.launch(runDirectory: RunDirectory.open(path: arguments[2]), executable: own))
        case "create": try create(Array(arguments.dropFirst(2)))
        case "bench": try bench(Array(arguments.dropFirst(2)), own)
        case "chaos":
            guard arguments.count == 5, let seed = UInt64(arguments[3]), let wanted = Int(arguments[4]) else { return 2 }
            return try chaos(arguments[2], seed, wanted, own)
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
