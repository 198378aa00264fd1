import Fleet
import Platform
import SQLLogicTest

/// The engine of kind `command`: a program that runs a file as a whole, in a folder of its own.
struct CommandEngine: FileEngine {
    let name = "command"
    private let spec: RunSpec
    private let redaction: Redaction

    /// - Parameters:
    ///   - workspace: absolute.
    ///   - fileTimeout: seconds, as the program is told.
    init(_ engine: EngineSpec, workspace: String, fileTimeout: Double, memory: Int?, seed: UInt64) {
        var spec = RunSpec(id: "look", workspace: workspace, workers: 1, timeBudget: fileTimeout, fileTimeout: fileTimeout, seed: seed, engine: engine, startedBy: "")
        spec.memoryLimit = memory
        self.spec = spec
        redaction = EngineSecrets(engine).redaction
    }

    func verdict(on path: String) throws(SQLLogicTestError) -> FileVerdict {
        do throws(EngineUnavailable) {
            return FileVerdict(try CommandExecutor(spec).execute(Array(path.utf8), redaction: redaction))
        } catch {
            throw SQLLogicTestError(.engine, error.message)
        }
    }

    /// What a verdict of such an engine says, as a run would have it.
    static func execution(of verdict: FileVerdict) -> FileExecution {
        var execution = FileExecution(verdict)
        execution.stoppedAt = nil
        // A program that names no record.
        if let only = verdict.failures.first, only.kind == .lost, only.line == 0 { (execution.failures, execution.message) = ([], only.message) }
        return execution
    }
}

extension FileVerdict {
    /// The last lines of a program's output that are kept.
    private static let linesKept = 60

    fileprivate init(_ execution: FileExecution) {
        self.init()
        tests = max(execution.tests, 1)
        skipped = execution.skipped
        errors = execution.outcome == .pass ? 0 : max(1, execution.errors)
        guard execution.outcome != .pass else { return }
        switch execution.outcome {
        case .crashed: stopReason = .crashed
        case .outOfMemory: stopReason = .outOfMemory
        default: break
        }
        failures = stopReason == .endOfFile ? execution.failures.map { ScriptFailure(kind: .lost, line: $0.line, message: $0.message, sql: $0.sql, expected: $0.expected, actual: $0.actual) } : []
        guard failures.isEmpty else { return }
        var failure = ScriptFailure(kind: .lost, line: 0, message: execution.message ?? "it failed")
        failure.notices = execution.output.map { $0.split(separator: "\n").suffix(Self.linesKept).map(String.init) }
        failures = [failure]
    }
}
