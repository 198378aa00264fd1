import Fleet
import SQLLogicTest

extension RunOptions {
    /// How the files of a run are run.
    /// - Parameter recordTimeout: seconds for one statement; nil is no limit.
    /// - Throws: `SQLLogicTestError` `usage` for a dialect that this worker does not know.
    init(_ spec: EngineSpec, workspace: String, recordTimeout: Double?) throws(SQLLogicTestError) {
        self.init()
        if let name = spec.dialect {
            guard let dialect = Dialect(rawValue: name) else {
                throw SQLLogicTestError(.usage, "cannot read the dialect '\(name)': this worker knows sqlite, rs and duckdb")
            }
            self.dialect = dialect
        }
        labels = spec.labels ?? []
        workingDirectory = workspace
        allowsSystem = spec.system ?? true
        keepsRows = true
        recordLimit = recordTimeout.map { RecordLimit(seconds: $0, isPersistent: spec.persistent == true) }
    }
}

extension EngineChoice {
    /// The engine of a run.
    /// - Throws: `SQLLogicTestError` `usage` for one that runs files itself.
    init(_ spec: EngineSpec, workspace: String) throws(SQLLogicTestError) {
        self.init(try Kind(spec.kind))
        library = spec.library.map { HostPath.expand($0) }
        connection = spec.connection ?? ""
        queryProtocol = spec.queryProtocol.flatMap(PostgresQueryProtocol.init) ?? .simple
        allowsSystem = spec.system ?? true
        isDeterministic = spec.deterministic == true
        command = spec.command.joined(separator: " ")
        if spec.directory != .private { workingDirectory = workspace }
    }
}

extension EngineChoice.Kind {
    fileprivate init(_ kind: EngineSpec.Kind) throws(SQLLogicTestError) {
        self = switch kind {
        case .sqlite: .sqlite
        case .postgres: .postgres
        case .external: .external
        case .command: throw SQLLogicTestError(.usage, "cannot run scripts: the engine is a program that runs files itself")
        }
    }
}
