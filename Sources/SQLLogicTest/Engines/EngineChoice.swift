/// Which engine is meant, and what each kind needs; for command lines and configurations.
public struct EngineChoice: Sendable {
    public enum Kind: String, Sendable, CaseIterable { case sqlite, postgres, external }

    public var kind: Kind
    /// For `sqlite`: a shared library in place of the linked one.
    public var library: String?
    /// For `sqlite`: a file in place of memory.
    public var databaseFile: String?
    /// For `postgres`: what libpq accepts.
    public var connection = ""
    /// For `postgres`: who the databases belong to (see ``PostgresEngine/owner``).
    public var owner: String?
    public var queryProtocol = PostgresEngine.QueryProtocol.simple
    /// For `external`: a line for bash.
    public var command = ""
    /// For `external`: where the program starts, if not where this one is.
    public var workingDirectory: String?

    public init(_ kind: Kind) { self.kind = kind }

    /// - Throws: if a library cannot be loaded or something is missing.
    public func make(threading: SQLiteLibrary.Threading) throws(SQLLogicTestError) -> any Engine {
        switch kind {
        case .sqlite:
            let storage = databaseFile.map { SQLiteEngine.Storage.file($0) } ?? .memory
            if let library { return try SQLiteEngine(storage: storage, library: library) }
            return try SQLiteEngine(storage: storage, threading: threading)
        case .postgres:
            var engine = try PostgresEngine(connection: connection, queryProtocol: queryProtocol)
            engine.owner = owner
            return engine
        case .external:
            var engine = ExternalEngine(template: command)
            engine.workingDirectory = workingDirectory
            return engine
        }
    }
}
