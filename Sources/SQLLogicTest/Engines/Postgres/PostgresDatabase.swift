/// A database on a PostgreSQL server, made for one file and dropped with its last reference.
final class PostgresDatabase: EngineDatabase {
    let name: String
    private let server: PostgresServer

    init(_ server: PostgresServer, name: String) throws(SQLLogicTestError) {
        self.server = server
        self.name = name
        try server.create(name)
    }

    deinit { server.drop(name) }

    func connect() throws(SQLLogicTestError) -> any EngineConnection { try server.connect(to: name, holder: self) }
}
