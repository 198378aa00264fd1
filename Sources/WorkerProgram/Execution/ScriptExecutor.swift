import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Runs a file in this process, on a fresh database of the engine that the run asks for.
struct ScriptExecutor: FileExecutor {
    let engine: any Engine
    let runner: FileRunner
    private let explainer: RowExplainer
    /// Looks at the inputs of files that passed, where that is asked for.
    let notes: VerdictNotes?
    /// The engine, holding on to the database of the file that runs; nil where none is kept.
    private let holding: HoldingEngine?

    /// - Parameters:
    ///   - recordTimeout: seconds for one statement; nil is no limit.
    ///   - notes: where to note the inputs of files that passed; nil where nobody asks.
    ///   - keepsDatabases: whether databases of files that fail may stay.
    /// - Throws: `SQLLogicTestError` if the engine cannot be set up.
    init(_ spec: EngineSpec, workspace: String, recordTimeout: Double? = nil, notes: String? = nil, keepsDatabases: Bool = false) throws {
        let options = try RunOptions(spec, workspace: workspace, recordTimeout: recordTimeout)
        runner = FileRunner(options: options)
        self.notes = notes.map { VerdictNotes(path: $0, dialect: options.dialect, workspace: workspace) }
        var choice = try EngineChoice(spec, workspace: workspace)
        // One file at a time in a process: SQLite needs no locks, which cost a fifth of its time.
        choice.owner = ProcessMark.own
        for (name, value) in spec.environment { setenv(name, value, 1) }
        do throws(SQLLogicTestError) {
            engine = try choice.make(threading: .single)
            // A server that recovers gets as long as one that recovers while a file is run.
            try engine.waitUntilUsable(afterLoss: false)
        } catch {
            throw EngineUnavailable(error.message)
        }
        holding = keepsDatabases ? HoldingEngine(engine) : nil
        explainer = RowExplainer(spec, dialect: options.dialect, name: engine.name, recordTimeout: recordTimeout)
        // What workers that were killed have left on the server.
        (engine as? PostgresEngine)?.dropOrphans { ProcessMark.isOver($0) }
    }

    /// What the engine says of its version.
    var version: String? { (engine as? SQLiteEngine)?.version ?? (engine as? PostgresEngine)?.serverVersion }

    func execute(_ task: FileTask) throws(EngineUnavailable) -> FileExecution {
        _ = engine.consumeLoss()
        let execution = run(task)
        guard execution.lostEngine || (engine.consumeLoss() && execution.result.outcome == .fail) else { return execution.result }
        // A server that ended took down files that did nothing to it: with it gone the run is over, else they are tried again.
        do throws(SQLLogicTestError) {
            // A file's time does not run meanwhile.
            try engine.waitUntilUsable(afterLoss: true) { task.progress.restart() }
        } catch {
            throw EngineUnavailable("the engine has gone while \(task.name) was run: \(error.message)")
        }
        var again = execution.result
        again.outcome = .crashed
        again.message = "the engine's connection was lost" + (again.failures.first.map { ": \($0.message)" } ?? again.message.map { ": \($0)" } ?? "")
        return again
    }

    func explain(_ failures: [FailureRows], _ task: ExplanationTask) -> [FailureRows] { explainer.explain(failures, task) }

    private func run(_ task: FileTask) -> (result: FileExecution, lostEngine: Bool) {
        do {
            guard try enterFolder(of: task) else {
                return (FileExecution(outcome: .unreadable, message: "cannot enter the working folder: \(ErrorText.of())"), false)
            }
            defer { chdir("/") }
            let progress = task.progress
            let file = try ScriptFile(task.path)
            let beginning = notes?.begin(file.path)
            // What does not stay goes here.
            defer { holding?.held.release() }
            let used: any Engine = if let holding { holding } else { engine }
            let verdict = try runner.run(path: file.path, on: used) { line, record in progress.at(line: line, record: record) }
            var execution = FileExecution(verdict)
            if execution.outcome == .fail { execution.database = keepDatabase(task) }
            if let notes, let beginning, execution.outcome == .pass {
                execution.notCached = notes.note(file.path, id: task.id, tests: execution.tests, skipped: execution.skipped, since: beginning)
            }
            return (execution, false)
        } catch let error as SQLLogicTestError {
            return (FileExecution(outcome: error.code == .unreadable ? .unreadable : .fail, message: error.message), error.code == .engine)
        } catch {
            return (FileExecution(outcome: .fail, message: "\(error)"), false)
        }
    }
}

extension ScriptExecutor {
    /// SQL can name files (ATTACH, VACUUM INTO): they belong to this file alone.
    func enterFolder(of task: FileTask) throws -> Bool {
        let folder = String(decoding: try task.workingDirectory(), as: UTF8.self)
        guard chdir(folder) == 0 else { return false }
        setenv("TMPDIR", folder, 1)
        return true
    }
    /// Leaves the database of the file that has just failed with the run, where it is to stay.
    private func keepDatabase(_ task: FileTask) -> KeptDatabase? {
        guard let shelf = task.databases, let held = holding?.held else { return nil }
        return task.progress.resting(upTo: Self.keepingTime) {
            shelf.keep(size: { try held.size() }) { path, limit in
                let left = try held.keep(at: path, limit: limit, owner: shelf.owner)
                return KeptDatabase(open: left.open, note: left.note)
            }
        }
    }

    /// Seconds for which keeping a database is not counted as the file's time.
    private static let keepingTime = 120.0
}

extension RecordFailure {
    /// A record's failure has no file of its own: one of an included script says so.
    fileprivate init(_ failure: ScriptFailure) {
        self.init(line: failure.line, message: failure.file.map { "in \($0): \(failure.message)" } ?? failure.message,
                  sql: failure.sql, expected: failure.expectedRows ?? failure.expected, actual: failure.actualRows ?? failure.actual)
        kind = failure.category.map(FailureKind.init)
        recordLine = failure.recordLine
        identity = failure.identity.map(RecordIdentity.init)
        causedBy = failure.causedBy
        ulps = failure.ulps
        script = failure.file
        isHashed = failure.isHashed
    }
}

extension RecordIdentity {
    init(_ key: RecordKey) { self.init(digest: key.digest, occurrence: key.occurrence) }
}

extension FailureKind {
    init(_ category: FailureCategory) {
        self = switch category {
        case .wrongRows: .wrongRows
        case .rowOrder: .rowOrder
        case .formatting: .formatting
        case .columns: .columns
        case .unexpectedError: .unexpectedError
        case .unexpectedSuccess: .unexpectedSuccess
        case .wrongError: .wrongError
        case .timeout: .timeout
        case .script: .script
        case .other: .other
        }
    }
}

extension Outcome {
    fileprivate init(_ outcome: FileVerdict.Outcome) {
        self = switch outcome {
        case .pass: .pass
        case .fail: .fail
        case .unsupported: .unsupported
        case .skipped: .skipped
        case .timeout: .timeout
        case .crashed: .crashed
        case .outOfMemory: .outOfMemory
        }
    }
}

extension FileExecution {
    init(_ verdict: FileVerdict) {
        self.init(outcome: Outcome(verdict.outcome), tests: verdict.tests, skipped: verdict.skipped, errors: verdict.errors,
                  failures: verdict.failures.map(RecordFailure.init),
                  message: verdict.stopReason == .timeout && !verdict.failures.isEmpty ? verdict.failures.last?.message
                      : verdict.errors > 0 ? "\(verdict.errors) record\(verdict.errors == 1 ? "" : "s") failed" : verdict.skipReason)
        rows = (verdict.rows ?? []).map(FailureRows.init)
        stoppedAt = verdict.stoppedAt
        consequences = verdict.consequences > 0 ? verdict.consequences : nil
        flakyRecords = verdict.retried?.map {
            FlakyRecord(line: $0.line, failed: $0.failed, runs: $0.attempts, identity: $0.identity.map(RecordIdentity.init))
        }
    }
}
