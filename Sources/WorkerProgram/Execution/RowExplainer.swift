import Fleet
import SQLLogicTest

/// Finds the rows that a script has hashes of only.
struct RowExplainer {
    private let engine: String
    private let library: String?
    private let allowsSystem: Bool
    private let recordTimeout: Double?
    /// Why nothing can be found, whatever the record.
    private let obstacle: String?

    /// - Parameters:
    ///   - name: what conditions call the engine.
    ///   - recordTimeout: seconds for one statement; nil is no limit.
    init(_ spec: EngineSpec, dialect: Dialect, name: String, recordTimeout: Double?) {
        engine = name
        allowsSystem = spec.system ?? true
        self.recordTimeout = recordTimeout
        library = spec.reference.map { HostPath.expand($0) }
        obstacle = if dialect != .sqlite {
            "only hashes of the dialect sqlite are looked behind"
        } else if spec.kind == .sqlite, spec.library == nil, library == nil {
            "the embedded SQLite cannot explain its own mismatch"
        } else if spec.kind == .sqlite, let library, spec.library.map({ HostPath.expand($0) }) == library {
            "the reference is the engine itself"
        } else {
            nil
        }
    }

    func explain(_ failures: [FailureRows], _ task: ExplanationTask) -> [FailureRows] {
        let lines = failures.filter(\.isUnexplained).map(\.recordLine)
        guard !lines.isEmpty else { return failures }
        guard obstacle == nil, let script = try? ScriptFile(task.file.path), let folder = try? task.file.workingDirectory() else {
            return failures.map { $0.unexplained(obstacle ?? "the script cannot be read any more") }
        }
        var replay = Replay(engine: engine, library: library, folder: folder, memory: task.memoryLimit, patience: task.patience) { task.isCancelled }
        (replay.allowsSystem, replay.recordTimeout) = (allowsSystem, recordTimeout)
        let finding = replay.run(script.path, lines: lines)
        return failures.map { rows in
            guard rows.isUnexplained, let found = finding.rows[rows.recordLine] else { return rows.unexplained(finding.reason) }
            return rows.explained(by: found, of: finding.engine)
        }
    }
}
