import Fleet
import Glibc
import SQLLogicTest
import Wire

/// Runs a file in this process, on a fresh database of the engine that the run asks for.
struct ScriptExecutor: FileExecutor {
    private let engine: any Engine
    private let runner: FileRunner

    /// - Throws: `SQLLogicTestError` if the engine cannot be set up.
    init(_ spec: EngineSpec, workspace: String) throws {
        var options = RunOptions()
        if let name = spec.dialect {
            guard let dialect = Dialect(rawValue: name) else {
                throw SQLLogicTestError(.usage, "cannot read the dialect '\(name)': this worker knows sqlite, rs and duckdb")
            }
            options.dialect = dialect
        }
        options.labels = spec.labels ?? []
        options.workingDirectory = workspace
        runner = FileRunner(options: options)
        var choice = EngineChoice(spec.kind == .postgres ? .postgres : spec.kind == .external ? .external : .sqlite)
        choice.library = spec.library.map { HostPath.expand($0) }
        choice.connection = spec.connection ?? ""
        choice.queryProtocol = spec.queryProtocol.flatMap(PostgresEngine.QueryProtocol.init) ?? .simple
        choice.command = spec.command.joined(separator: " ")
        if spec.directory != .private { choice.workingDirectory = workspace }
        // One file at a time in a process: SQLite needs no locks, which cost a fifth of its time.
        choice.owner = ProcessMark.own
        engine = try choice.make(threading: .single)
        // What workers that were killed have left on the server.
        (engine as? PostgresEngine)?.sweep { ProcessMark.isOver($0) }
        for (name, value) in spec.environment { setenv(name, value, 1) }
    }

    func execute(_ task: FileTask) -> FileExecution {
        do {
            // SQL can name files (ATTACH, VACUUM INTO): they belong to this file alone.
            let folder = try task.workingDirectory()
            guard chdir(String(decoding: folder, as: UTF8.self)) == 0 else {
                return FileExecution(outcome: .unreadable, message: "cannot enter the working folder: \(String(cString: strerror(errno)))")
            }
            defer { chdir("/") }
            setenv("TMPDIR", String(decoding: folder, as: UTF8.self), 1)
            let progress = task.progress
            let file = try ScriptFile(task.path)
            let verdict = try runner.run(path: file.path, on: engine) { line, record in progress.at(line: line, record: record) }
            return FileExecution(verdict)
        } catch let error as SQLLogicTestError {
            return FileExecution(outcome: error.code == .unreadable ? .unreadable : .fail, message: error.message)
        } catch {
            return FileExecution(outcome: .fail, message: "\(error)")
        }
    }
}

extension Failure {
    /// A record's failure has no file of its own: one of an included script says so.
    fileprivate func message(in file: String?) -> String { file.map { "in \($0): \(message)" } ?? message }
}

extension FileExecution {
    init(_ verdict: FileVerdict) {
        if verdict.errors == 0, let reason = verdict.skipReason {
            self.init(outcome: .skipped, tests: verdict.tests, skipped: verdict.skipped, message: reason)
            return
        }
        self.init(
            outcome: verdict.passed ? .pass : .fail, tests: verdict.tests, skipped: verdict.skipped, errors: verdict.errors,
            failures: verdict.failures.map {
                RecordFailure(line: $0.line, message: $0.message(in: $0.file), sql: $0.sql, expected: $0.expected, actual: $0.actual)
            },
            message: verdict.passed ? nil : verdict.errors == 1 ? "1 record failed" : "\(verdict.errors) records failed")
    }
}
