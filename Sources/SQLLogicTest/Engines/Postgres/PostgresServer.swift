/// Where a PostgreSQL server is, how it is spoken to, and what is asked of it about its databases.
struct PostgresServer: Sendable {
    let library: LibPQ
    /// What libpq accepts. It names the database from which others are made.
    let connection: String
    let queryProtocol: PostgresQueryProtocol
    /// Leaves the databases that were made for files on the server.
    var keepsDatabases = false
    /// Who the databases belong to; nil writes no owner into their comments.
    var owner: String?
    let loss = ConnectionLoss()

    init(connection: String, queryProtocol: PostgresQueryProtocol) throws(SQLLogicTestError) {
        library = try LibPQ()
        self.connection = connection
        self.queryProtocol = queryProtocol
    }

    /// Connects to a database that was made for a file.
    /// - Parameter holder: lives as long as the connection.
    func connect(to database: String, holder: AnyObject) throws(SQLLogicTestError) -> PostgresConnection {
        try PostgresConnection(library, connection: Self.connection(connection, database: database), queryProtocol: queryProtocol,
                               holder: holder, loss: loss)
    }

    private func connect() throws(SQLLogicTestError) -> PostgresConnection {
        try PostgresConnection(library, connection: connection, queryProtocol: .simple)
    }

    // MARK: Databases

    /// Makes a database with nothing of the site's in it.
    func create(_ name: String) throws(SQLLogicTestError) {
        // Nobody is connected to template0.
        if let failure = try administer("CREATE DATABASE \"\(name)\" TEMPLATE template0 ENCODING 'UTF8'") {
            throw SQLLogicTestError(.engine, "cannot create the database \(name): \(failure.message)")
        }
        if let owner { try? note(owner: owner, of: name) }
    }

    /// Writes into a database's comment whose it is; nil is nobody's.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if the server cannot be reached, or refuses.
    func note(owner: String?, of name: String) throws(SQLLogicTestError) {
        let comment = owner.map { "'\(Self.mark)\($0.replacing("'", with: "''"))'" } ?? "NULL"
        let connection = try connect()
        // A transaction that the script left open may hold what this waits for.
        _ = Self.execute("SET lock_timeout = '10s'", on: connection)
        if let failure = Self.execute("COMMENT ON DATABASE \"\(name)\" IS \(comment)", on: connection) {
            throw SQLLogicTestError(.engine, "cannot note whose the database \(name) is: \(failure.message)")
        }
    }

    /// What is to be known of a database that is nobody's.
    static func abandoned(_ name: String) -> String { "it stays on the server until somebody drops \(name)" }

    /// Bytes of a database; nil where the server does not say.
    func size(of name: String) -> Int? { (try? connect().values(of: "SELECT pg_database_size('\(name)')"))?.first.flatMap { Int($0) } }

    /// A command for a shell that opens one of its databases.
    func opening(_ name: String) throws(SQLLogicTestError) -> String { try connect().opening(name) }

    /// Drops a database and ends the sessions that use it.
    func drop(_ name: String) {
        if !keepsDatabases { _ = try? administer("DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)") }
    }

    /// The databases that say whose they are; none where the server cannot be asked.
    func ownedDatabases() -> [(name: String, owner: String)] {
        let sql = "SELECT datname, substr(description, \(Self.mark.utf8.count + 1)) FROM pg_database JOIN pg_shdescription ON objoid = pg_database.oid "
            + "AND classoid = 'pg_database'::regclass WHERE datname LIKE 'slt\\_%' AND description LIKE '\(Self.mark)%'"
        guard let values = try? connect().values(of: sql) else { return [] }
        return stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    /// Before the owner, in the comment on a database.
    private static let mark = "slt-remote: "

    /// - Throws: why files cannot be run: the server is not there, or its user may not make databases.
    func check() throws(SQLLogicTestError) {
        let connection = try connect()
        let values: [String]
        do throws(EngineFailure) {
            values = try connection.values(of: "SELECT quote_ident(current_user), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        } catch {
            // Class 42, such as an unknown table: a server that only speaks PostgreSQL's protocol cannot say.
            if error.sqlState?.hasPrefix("42") == true { return }
            throw SQLLogicTestError(.engine, "cannot use PostgreSQL: \(error.message)", isRetryable: true)
        }
        guard values.count == 2, values[1] != "t" else { return }
        throw SQLLogicTestError(.engine, "cannot make databases on PostgreSQL: its user \(values[0]) may not; "
            + "let a superuser run ALTER ROLE \(values[0]) CREATEDB, or connect as another user")
    }

    var version: String? { (try? connect().values(of: "SHOW server_version"))?.first }

    private func administer(_ sql: String) throws(SQLLogicTestError) -> EngineFailure? {
        Self.execute(sql, on: try connect())
    }

    private static func execute(_ sql: String, on connection: PostgresConnection) -> EngineFailure? {
        Array((sql + "\0").utf8).withUnsafeBufferPointer { connection.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) }
    }

    /// `connection` with another database in it.
    private static func connection(_ connection: String, database: String) -> String {
        guard connection.hasPrefix("postgresql://") || connection.hasPrefix("postgres://") else {
            return connection + " dbname=" + database
        }
        // In a URI, a parameter behind the question mark beats the path.
        return connection + (connection.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "dbname=" + database
    }
}
