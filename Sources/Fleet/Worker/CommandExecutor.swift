import Glibc
package import Platform

/// Runs a program for each file (`engine.kind = "command"`): exit code 0 passes, another one fails, a signal is a crash.
///
/// In the arguments `{file}` stands for the file's absolute path, `{workspace}` for the source tree's, and `{results}`
/// (also `SLT_RESULTS`) for a file that the program may write its results into; see ``CommandResults``. A program
/// written with a slash is relative to the workspace. It runs in a process group of its own, in a folder of its own
/// (also `TMPDIR`) unless the specification says `workspace`; whatever it leaves running is ended.
public struct CommandExecutor: FileExecutor {
    /// Bytes of a file's output that go into the worker's log.
    static let logged = 1 << 20

    private let spec: RunSpec
    private let runDirectory: String

    /// For the files of a run whose engine is a command.
    public init(_ directory: RunDirectory) {
        spec = directory.spec
        runDirectory = directory.path
    }

    /// For files that belong to no run.
    package init(_ spec: RunSpec) {
        self.spec = spec
        runDirectory = ""
    }

    /// What is run.
    private struct Job {
        let path: [UInt8]
        /// For the log.
        let title: String
        let worker: Int
        /// The file's own.
        let folder: Path
        let log: File
        let redaction: Redaction
        /// Takes the program's pid while it runs, and 0 afterwards.
        var onProgram: (pid_t) -> Void = { _ in }
    }

    /// Runs the program for a file and waits for its end.
    /// - Throws: ``EngineUnavailable`` when the program cannot be started.
    public func execute(_ task: FileTask) throws(EngineUnavailable) -> FileExecution {
        try execute { () throws(FleetError) in
            try run(Job(path: task.path, title: "\(task.name) (try \(task.tryNumber))", worker: task.worker, folder: Path(task.workingDirectory()), log: task.log, redaction: task.redaction) {
                task.progress.child(pid: $0, startTime: $0 == 0 ? 0 : ProcessIdentity.startTime(of: $0) ?? 0)
            })
        }
    }

    /// Runs the program for a file that belongs to no run, in the folder that the process is in.
    /// - Parameters:
    ///   - file: absolute.
    ///   - redaction: takes out of its output what must not be shown.
    /// - Throws: ``EngineUnavailable`` when the program cannot be started.
    package func execute(_ file: [UInt8], redaction: Redaction) throws(EngineUnavailable) -> FileExecution {
        try execute { () throws(FleetError) in
            try run(Job(path: file, title: "", worker: 0, folder: Path(".").absolute, log: File(Path("/dev/null"), O_WRONLY), redaction: redaction))
        }
    }

    private func execute(_ body: () throws(FleetError) -> FileExecution) throws(EngineUnavailable) -> FileExecution {
        do throws(FleetError) {
            return try body()
        } catch {
            // Where the file itself is the program, only that file cannot be started.
            let isOwn = spec.engine.command.first?.contains("{file}") == true
            if error.code == .startFailed && !error.isRetryable && !isOwn { throw EngineUnavailable(error.message) }
            // The host was short of something for a moment: the file is tried again.
            return FileExecution(outcome: error.code == .startFailed && error.isRetryable ? .crashed : .fail, errors: 1, message: error.message)
        }
    }

    private func run(_ job: Job) throws(FleetError) -> FileExecution {
        let results = job.folder / CommandExecutor.resultsName
        let arguments = arguments(job, results)
        let folder = spec.engine.directory == .workspace ? Path(spec.workspace) : job.folder
        let kills = HostMemory.outOfMemoryKills()
        var child = try ChildOutput(log: job.log, title: job.title, logged: CommandExecutor.logged, redaction: job.redaction) { output throws(FleetError) in
            try start(arguments, ChildProcess.environment(changing: environment(job, folder, results)), folder, output)
        }
        job.onProgram(child.pid)
        var status = child.finish()
        ChildProcesses.end()
        job.onProgram(0)
        status.memoryWasShort = HostMemory.outOfMemoryKills() > kills
        let execution = judge(status, output: child.tail)
        do throws(FleetError) {
            return try CommandResults.read(results)?.complete(execution) ?? execution
        } catch {
            // What it has to say is lost: that is no pass.
            guard execution.outcome == .pass else { return execution }
            return FileExecution(outcome: .fail, errors: 1, message: error.message, output: execution.output)
        }
    }

    private static let resultsName = "slt-results.json"

    private func start(_ arguments: [[UInt8]], _ environment: [[UInt8]], _ folder: Path, _ output: Int32) throws(FleetError) -> pid_t {
        let program = ChildProcess(arguments, environment: environment, directory: folder.bytes,
                                   descriptors: [(0, .null), (1, .descriptor(output)), (2, .descriptor(output))])
        do {
            return try program.start()
        } catch {
            let name = String(decoding: arguments.first ?? [], as: UTF8.self)
            throw FleetError(.startFailed, "cannot start the engine's program \(name): \(error.text); check engine.command",
                             isRetryable: [EAGAIN, ENOMEM, EMFILE, ENFILE, EINTR, ETXTBSY].contains(error.number))
        }
    }

    private func judge(_ status: TerminationStatus, output: [UInt8]) -> FileExecution {
        let text = output.isEmpty ? nil : String(decoding: output, as: UTF8.self)
        if status.termination == .exited(0) { return FileExecution(outcome: .pass, output: text) }
        var evidence = TerminationCause.Evidence()
        evidence.limit = spec.memoryLimit
        evidence.output = output
        evidence.isProgram = true
        let how = "the program \(status.signal != 0 ? "was " : "")\(status.words)"
        if TerminationCause(status, evidence).isOutOfMemory {
            return FileExecution(outcome: .outOfMemory, errors: 1, message: "out of memory: \(how)", output: text)
        }
        return FileExecution(outcome: status.signal != 0 ? .crashed : .fail, errors: 1, message: how, output: text)
    }

    private func arguments(_ job: Job, _ results: Path) -> [[UInt8]] {
        var arguments = spec.engine.command.map { argument in
            Template.fill(Array(argument.utf8), [("file", job.path), ("workspace", Array(spec.workspace.utf8)), ("results", results.bytes)])
        }
        if let program = arguments.first, program.contains(UInt8(ascii: "/")), program.first != UInt8(ascii: "/") {
            arguments[0] = (Path(spec.workspace) / program).bytes
        }
        return arguments
    }

    /// The variables that scripts for the older test runners read, under their names, then the specification's own.
    private func environment(_ job: Job, _ folder: Path, _ results: Path) -> [(name: String, value: [UInt8])] {
        func text(_ value: some CustomStringConvertible) -> [UInt8] { Array(value.description.utf8) }
        let values: [(String, [UInt8])] = [
            ("SQLLOGICTEST_SEED", text(spec.seed)), ("SQLLOGICTEST_WORKER_ID", text(job.worker)),
            ("SQLLOGICTEST_TOTAL_WORKERS", text(spec.workers)),
            ("SQLLOGICTEST_TIME_BUDGET", text(Int(min(spec.timeBudget, 1e15).rounded(.up)))),
            ("SQLLOGICTEST_FILE_TIMEOUT", text(Int(min(spec.fileTimeout, 1e15).rounded(.up)))),
            ("SQLLOGICTEST_FILES", job.path), ("SQLLOGICTEST_WORK_QUEUE", text(runDirectory)),
            // Files are handed out one at a time; a harness must not claim any by itself.
            ("SQLLOGICTEST_USE_WORK_QUEUE", text(0)), ("RAYON_NUM_THREADS", text(1)), ("SLT_RESULTS", results.bytes),
        ]
        let own = spec.engine.environment.map { ($0.key, Array($0.value.utf8)) }
        let temporary: [(String, [UInt8])] = spec.engine.directory == .workspace ? [] : [("TMPDIR", folder.bytes)]
        let names = Set(own.map(\.0))
        return ((values + temporary).filter { !names.contains($0.0) } + own).map { (name: $0.0, value: $0.1) }
    }
}
