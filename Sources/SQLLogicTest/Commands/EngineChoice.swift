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
    /// Whether scripts may reach for what is outside of their database; see ``RunOptions/allowsSystem``.
    package var allowsSystem = true
    /// For `postgres` and `external`: whether results depend on nothing but the SQL of a script.
    package var isDeterministic = false
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
            var engine = if let library { try SQLiteEngine(storage: storage, library: library) } else { try SQLiteEngine(storage: storage, threading: threading) }
            engine.isConfined = !allowsSystem
            return engine
        case .postgres:
            var engine = try PostgresEngine(connection: connection, queryProtocol: queryProtocol)
            engine.owner = owner
            engine.isDeterministic = isDeterministic
            return engine
        case .external:
            var engine = ExternalEngine(template: command)
            engine.workingDirectory = workingDirectory
            engine.isDeterministic = isDeterministic
            return engine
        }
    }
}
