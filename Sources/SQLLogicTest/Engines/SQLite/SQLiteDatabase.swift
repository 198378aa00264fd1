import Glibc

/// A SQLite database for one file, in memory or on disk.
final class SQLiteDatabase<Calls: SQLiteCalls>: EngineDatabase {
    private let sqlite: Calls
    private let path: String?
    let name: String

    /// - Parameter path: where it is kept; removed with its journals before the first connection. Nil for memory.
    init(_ sqlite: Calls, path: String?) throws(SQLLogicTestError) {
        self.sqlite = sqlite
        self.path = path
        // A name that no other database of this process has: with memdb, equal names share the data.
        name = path ?? "/slt-\(getpid())-\(DatabaseNumbers.next())"
        guard let path else { return }
        for suffix in ["", "-journal", "-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw SQLLogicTestError(.engine, "cannot remove \(path + suffix): \(String(cString: strerror(errno)))")
        }
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        if let path { return try SQLiteConnection(sqlite, path: path, owner: self) }
        return try SQLiteConnection(sqlite, path: "file:\(name)?vfs=memdb", isURI: true, owner: self)
    }

    /// Plain `:memory:` is faster than memory that may be shared.
    func connectAlone() throws(SQLLogicTestError) -> any EngineConnection {
        path == nil ? try SQLiteConnection(sqlite, path: ":memory:") : try connect()
    }
}

/// A database file that was there before, or stays.
final class SQLiteFile<Calls: SQLiteCalls>: EngineDatabase {
    private let sqlite: Calls
    private let isReadOnly: Bool
    let name: String

    init(_ sqlite: Calls, path: String, isReadOnly: Bool) {
        self.sqlite = sqlite
        self.isReadOnly = isReadOnly
        name = path
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        try SQLiteConnection(sqlite, path: name, isReadOnly: isReadOnly, owner: self)
    }
}
