/// A database on a PostgreSQL server, made for one file and dropped with its last reference.
final class PostgresDatabase: LastingDatabase {
    let name: String
    private let server: PostgresServer
    private var stays = false

    init(_ server: PostgresServer, name: String) throws(SQLLogicTestError) {
        self.server = server
        self.name = name
        try server.create(name)
    }

    deinit { if !stays { server.drop(name) } }

    func connect() throws(SQLLogicTestError) -> any EngineConnection { try server.connect(to: name, holder: self) }

    func stay(owner: String?) throws(SQLLogicTestError) -> LeftDatabase {
        var left = LeftDatabase(open: try server.opening(name))
        if owner == nil { left.note = "it stays on the server until somebody drops \(name)" }
        try server.note(owner: owner, of: name)
        stays = true
        return left
    }
}
