/// A PostgreSQL server, spoken to by libpq, which is loaded when the engine is made. Each file gets a database of its own there,
/// which is dropped afterwards. The user needs the right CREATEDB.
///
/// Conditions call it `postgresql` in SQLite's dialect and `postgres` in sqllogictest-rs's.
public struct PostgresEngine: Engine {
    public let name = "PostgreSQL"
    public let label = "postgres"
    private var server: PostgresServer

    /// - Parameters:
    ///   - connection: what libpq accepts: `host=/tmp user=me` or `postgresql://…` (PostgreSQL's documentation, "Connection
    ///     Strings"). What it does not say is in PGHOST and so on. It names the database from which others are made.
    ///   - queryProtocol: how SQL is sent.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if libpq is not on this machine.
    public init(connection: String = "", queryProtocol: PostgresQueryProtocol = .simple) throws(SQLLogicTestError) {
        server = try PostgresServer(connection: connection, queryProtocol: queryProtocol)
    }

    /// The connection string that the engine was made with.
    public var connection: String { server.connection }

    /// How SQL is sent.
    public var queryProtocol: PostgresQueryProtocol { server.queryProtocol }

    /// Leaves the databases on the server.
    public var keepsDatabases: Bool {
        get { server.keepsDatabases }
        set { server.keepsDatabases = newValue }
    }

    /// Whether results depend on nothing but the SQL of a script, so that it can be run in parts.
    public var isDeterministic = false

    /// Who the databases belong to, any text. It stands in their comments, so that ``dropOrphans(isOver:)`` finds what a killed
    /// process has left. Nil writes none.
    public var owner: String? {
        get { server.owner }
        set { server.owner = newValue }
    }

    public func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        try PostgresDatabase(server, name: DatabaseName.make(for: file))
    }

    /// Drops the databases of owners that are no more, with the sessions that use them. It does nothing where the server cannot be
    /// asked.
    /// - Parameter isOver: whether an owner, a text that ``owner`` once was, is no more.
    public func dropOrphans(isOver: (_ owner: String) -> Bool) {
        for database in server.ownedDatabases() where isOver(database.owner) { server.drop(database.name) }
    }

    /// Makes a database nobody's, so that ``dropOrphans(isOver:)`` leaves it for ever.
    /// - Returns: what is to be known of it.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if the server cannot be reached, or refuses.
    package func abandon(_ database: String) throws(SQLLogicTestError) -> String {
        try server.note(owner: nil, of: database)
        return PostgresServer.abandoned(database)
    }

    /// A command for a shell that opens a database of the server. It has no password.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if the server cannot be reached.
    package func opening(_ database: String) throws(SQLLogicTestError) -> String { try server.opening(database) }

    /// Connects once, and asks whether the user may make databases.
    public func check(afterLoss: Bool) throws(SQLLogicTestError) { try server.check() }

    /// The server's version, such as `15.4 (Debian 15.4-1)`; nil where it cannot be asked, or does not say.
    public var serverVersion: String? { server.version }

    public func consumeLoss() -> Bool { server.loss.consume() }

    public func discard(database name: String) { server.drop(name) }
}

extension PostgresEngine: RecyclingEngine {
    package func makeLastingDatabase(emptying former: String?) throws(SQLLogicTestError) -> any EngineDatabase {
        if let former {
            let database = PostgresDatabase(server, existing: former)
            if database.empty() { return database }
            server.drop(former)
        }
        let made = try PostgresDatabase(server, name: DatabaseName.make(for: "reduce"))
        made.stay()
        return made
    }
}

extension PostgresEngine: DiscerningEngine {
    var partsObstacle: String? { isDeterministic ? nil : "the engine is not declared deterministic" }
    var seesMeaning: Bool { false }
    var knowsTransactions: Bool { true }
}
