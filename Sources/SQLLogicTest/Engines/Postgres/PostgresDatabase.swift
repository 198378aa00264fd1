/// A database on a PostgreSQL server, made for one file.
final class PostgresDatabase: EngineDatabase {
    let name: String
    private let library: LibPQ
    private let engine: PostgresEngine

    init(_ library: LibPQ, engine: PostgresEngine, name: String) throws(SQLLogicTestError) {
        self.library = library
        self.engine = engine
        self.name = name
        // template0 has nothing of the site's, and nobody is connected to it.
        if let failure = try Self.administer(library, engine.connection, "CREATE DATABASE \"\(name)\" TEMPLATE template0 ENCODING 'UTF8'") {
            throw SQLLogicTestError(.engine, "cannot create the database \(name): \(failure.message); the user needs the right CREATEDB")
        }
        if let owner = engine.owner {
            _ = try Self.administer(library, engine.connection, "COMMENT ON DATABASE \"\(name)\" IS '\(Self.mark)\(owner.replacing("'", with: "''"))'")
        }
    }

    deinit {
        if !engine.keepsDatabases { Self.drop(name, library, engine.connection) }
    }

    /// Before the owner, in the comment on a database.
    private static let mark = "slt-remote: "

    /// The databases of the server that say whose they are; none where it cannot be asked.
    static func owned(_ library: LibPQ, _ connection: String) -> [(name: String, owner: String)] {
        guard let connection = try? PostgresConnection(library, connection: connection, queryProtocol: .simple, owner: nil) else { return [] }
        let sql = "SELECT datname, substr(description, \(mark.utf8.count + 1)) FROM pg_database JOIN pg_shdescription ON objoid = pg_database.oid "
            + "AND classoid = 'pg_database'::regclass WHERE datname LIKE 'slt\\_%' AND description LIKE '\(mark)%'\0"
        var table = ResultTable()
        let outcome = Array(sql.utf8).withUnsafeBufferPointer { connection.run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &table) }
        guard case .rows = outcome else { return [] }
        func text(_ index: Int) -> String { String(decoding: table.value(index), as: UTF8.self) }
        return stride(from: 0, to: table.count - 1, by: 2).map { (text($0), text($0 + 1)) }
    }

    /// Also ends the sessions that use it.
    static func drop(_ name: String, _ library: LibPQ, _ connection: String) {
        _ = try? administer(library, connection, "DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)")
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        try PostgresConnection(library, connection: Self.connection(engine.connection, database: name), queryProtocol: engine.queryProtocol, owner: self)
    }

    private static func administer(_ library: LibPQ, _ connection: String, _ sql: String) throws(SQLLogicTestError) -> EngineFailure? {
        let connection = try PostgresConnection(library, connection: connection, queryProtocol: .simple, owner: nil)
        return Array((sql + "\0").utf8).withUnsafeBufferPointer { connection.execute(UnsafeBufferPointer(rebasing: $0.dropLast())) }
    }

    /// `connection` with another database in it.
    static func connection(_ connection: String, database: String) -> String {
        guard connection.hasPrefix("postgresql://") || connection.hasPrefix("postgres://") else {
            return connection + " dbname=" + database
        }
        // In a URI, a parameter behind the question mark beats the path.
        return connection + (connection.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "dbname=" + database
    }
}
