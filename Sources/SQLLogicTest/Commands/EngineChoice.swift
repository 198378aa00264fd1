/// Which engine is meant, and what each kind needs; for command lines and configurations.
package struct EngineChoice: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case sqlite, postgres, external }

    package var kind: Kind
    /// For `sqlite`: a shared library in place of the linked one.
    package var library: String?
    /// For `sqlite`: a file in place of memory.
    package var databaseFile: String?
    /// For `postgres`: what libpq accepts.
    package var connection = ""
    /// For `postgres`: who the databases belong to (see ``PostgresEngine/owner``).
    package var owner: String?
    package var queryProtocol = PostgresQueryProtocol.simple
    /// For `external`: a line for bash.
    package var command = ""
    /// For `external`: where the program starts, if not where this one is.
    package var workingDirectory: String?

    package init(_ kind: Kind) { self.kind = kind }

    /// Whether a shared library is loaded, which a fully static program cannot do.
    package var needsLibraries: Bool { kind == .postgres || (kind == .sqlite && library != nil) }

    /// - Throws: if a library cannot be loaded or something is missing.
    package func make(threading: SQLiteLibrary.Threading) throws(SQLLogicTestError) -> any Engine {
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
