import Fleet
import Glibc
import SQLLogicTest

/// Runs a file on the SQLite inside this process, on a fresh database in memory.
struct SQLiteExecutor: FileExecutor {
    private let engine: SQLiteEngine
    private let runner = FileRunner()

    /// - Throws: `SQLLogicTestError` if SQLite cannot be set up.
    init() throws {
        // One file at a time in a process: SQLite needs no locks, which cost a fifth of its time.
        engine = try SQLiteEngine(threading: .single)
    }

    func execute(_ task: FileTask) -> FileExecution {
        do {
            // SQL can name files (ATTACH, VACUUM INTO): they belong to this file alone.
            let folder = try task.workingDirectory()
            guard chdir(String(decoding: folder, as: UTF8.self)) == 0 else {
                return FileExecution(outcome: .unreadable, message: "cannot enter the working folder: \(String(cString: strerror(errno)))")
            }
            defer { chdir("/") }
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

extension FileExecution {
    init(_ verdict: FileVerdict) {
        self.init(
            outcome: verdict.passed ? .pass : .fail, tests: verdict.tests, skipped: verdict.skipped, errors: verdict.errors,
            failures: verdict.failures.map {
                RecordFailure(line: $0.line, message: $0.message, sql: $0.sql, expected: $0.expected, actual: $0.actual)
            },
            message: verdict.passed ? nil : verdict.errors == 1 ? "1 record failed" : "\(verdict.errors) records failed")
    }
}
