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
            case "fail":
                let failure = RecordFailure(line: index + 1, message: "wrong result", sql: "SELECT 1", expected: "1", actual: "2")
                return FileExecution(outcome: .fail, tests: tests, errors: 1, failures: [failure], message: "1 record failed")
            case "crash": raise(SIGSEGV)
            case "die": kill(getpid(), SIGKILL)
            case "leave": exit(3)
            case "spin": while task.tryNumber < 1 << 40 { task.progress.at(line: index + 1, record: index + 1) }
            case "hog": hog()
            case "crash-once": if task.tryNumber == 1 { raise(SIGABRT) }
            case "print": print(words.dropFirst().joined(separator: " "))
            default: break
            }
        }
        return FileExecution(outcome: .pass, tests: tests)
    }

    private func hog() {
        while let block = malloc(16 << 20) { memset(block, 1, 16 << 20) }
        abort()
    }
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
                return ToyExecutor()
            }
        case "launch": print(try Supervisor.launch(runDirectory: RunDirectory.open(path: arguments[2]), executable: own))
        case "create": try create(Array(arguments.dropFirst(2)))
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
