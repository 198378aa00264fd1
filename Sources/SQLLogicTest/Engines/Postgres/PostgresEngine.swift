/// A PostgreSQL server, by libpq. Each file gets a database of its own there, dropped afterwards.
public struct PostgresEngine: Engine {
    /// `simple`: SQL as text, of several statements the first result counts. `extended`: one prepared statement.
    public enum QueryProtocol: String, Sendable, Codable, CaseIterable { case simple, extended }

    public let name = "PostgreSQL"
    public let label = "postgres"
    /// What libpq accepts: `host=/tmp user=me` or `postgresql://…`; what it does not say is in PGHOST and so on. It names
    /// the database from which others are made.
    public let connection: String
    public let queryProtocol: QueryProtocol
    /// Leaves the databases on the server.
    public var keepsDatabases = false
    /// Who the databases belong to: stands in their comments, so that ``sweep(_:)`` finds what a killed process left.
    public var owner: String?
    private let library: LibPQ

    /// - Throws: if libpq is not on this machine.
    public init(connection: String = "", queryProtocol: QueryProtocol = .simple) throws(SQLLogicTestError) {
        self.connection = connection
        self.queryProtocol = queryProtocol
        library = try LibPQ()
    }

    public func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        try PostgresDatabase(library, engine: self, name: DatabaseName.make(for: file))
    }

    /// Drops the databases of owners that are no more.
    public func sweep(_ isOver: (_ owner: String) -> Bool) {
        for database in PostgresDatabase.owned(library, connection) where isOver(database.owner) { discard(database: database.name) }
    }

    public func discard(database name: String) {
        if !keepsDatabases { PostgresDatabase.drop(name, library, connection) }
    }
}
