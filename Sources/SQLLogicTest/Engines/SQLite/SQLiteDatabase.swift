import Glibc
import Platform

/// A SQLite database for one file, in memory or on disk.
final class SQLiteDatabase<Calls: SQLiteCalls>: EngineDatabase {
    private let sqlite: Calls
    private let path: String?
    private let isConfined: Bool
    let name: String

    /// - Parameter path: where it is kept; removed with its journals before the first connection. Nil for memory.
    init(_ sqlite: Calls, path: String?, isConfined: Bool) throws(SQLLogicTestError) {
        self.sqlite = sqlite
        self.path = path
        self.isConfined = isConfined
        // A name that no other database of this process has: with memdb, equal names share the data.
        name = path ?? "/slt-\(getpid())-\(UniqueNumber.next())"
        guard let path else { return }
        for suffix in ["", "-journal", "-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw SQLLogicTestError(.engine, "cannot remove \(path + suffix): \(ErrorText.of())")
        }
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        if let path { return try SQLiteConnection(sqlite, path: path, isConfined: isConfined, owner: self) }
        return try SQLiteConnection(sqlite, path: "file:\(name)?vfs=memdb", isURI: true, isConfined: isConfined, owner: self)
    }

    /// Plain `:memory:` is faster than memory that may be shared.
    func connectExclusively() throws(SQLLogicTestError) -> any EngineConnection {
        path == nil ? try SQLiteConnection(sqlite, path: ":memory:", isConfined: isConfined) : try connect()
    }
}
