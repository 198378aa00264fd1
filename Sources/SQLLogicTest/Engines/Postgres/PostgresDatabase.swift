/// A database on a PostgreSQL server, made for one file and dropped with its last reference.
final class PostgresDatabase: LastingDatabase {
    let name: String
    private let server: PostgresServer
    private var stays = false
    /// One that has emptied it, for whoever connects next.
    private var spare: PostgresConnection?

    init(_ server: PostgresServer, name: String) throws(SQLLogicTestError) {
        self.server = server
        self.name = name
        try server.create(name)
    }

    /// One that is there, and stays.
    init(_ server: PostgresServer, existing name: String) {
        self.server = server
        self.name = name
        stays = true
    }

    deinit { if !stays { server.drop(name) } }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        defer { spare = nil }
        if let spare { return spare }
        return try server.connect(to: name, holder: self)
    }

    /// Leaves it there when its last reference goes.
    func stay() { stays = true }

    /// Drops its tables and views, with all that needs them.
    /// - Returns: whether it has nothing of anybody's any more.
    func empty() -> Bool {
        guard let connection = try? server.connect(to: name, holder: self), (try? connection.values(of: Self.emptying)) != nil,
              (try? connection.values(of: Self.remains)) == ["0"] else { return false }
        spare = connection
        return true
    }

    private static let emptying = """
        DO $slt$ DECLARE names text; BEGIN
        SELECT string_agg(oid::regclass::text, ', ') INTO names FROM pg_class WHERE relkind = 'v' AND oid >= 16384;
        IF names IS NOT NULL THEN EXECUTE 'DROP VIEW ' || names || ' CASCADE'; END IF;
        SELECT string_agg(oid::regclass::text, ', ') INTO names FROM pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384;
        IF names IS NOT NULL THEN EXECUTE 'DROP TABLE ' || names || ' CASCADE'; END IF;
        END $slt$
        """
    /// Counts what is not as in `template0`: smaller numbers are initdb's (PostgreSQL's documentation, "OID Assignment").
    private static let remains = "SELECT " + ["pg_class", "pg_proc", "pg_type", "pg_namespace", "pg_largeobject_metadata"]
        .map { "(SELECT count(*) FROM \($0) WHERE oid >= 16384)" }.joined(separator: " + ")

    var size: Int? { server.size(of: name) }

    func stay(owner: String?) throws(SQLLogicTestError) -> LeftDatabase {
        let left = LeftDatabase(open: try server.opening(name), note: owner == nil ? PostgresServer.abandoned(name) : nil)
        try server.note(owner: owner, of: name)
        stays = true
        return left
    }
}
