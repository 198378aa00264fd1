import Glibc

/// The SQLite that is linked into this program.
public struct SQLiteEngine: Engine {
    /// Where the database is.
    public enum Storage: Sendable, Equatable {
        case memory
        /// A file, removed with its journals before each connection. One connection at a time.
        case file(String)
    }

    public let name = "SQLite"
    public let storage: Storage

    public init(storage: Storage = .memory, threading: SQLiteLibrary.Threading = .multiple) throws(SQLLogicTestError) {
        try SQLiteLibrary.initialize(threading)
        self.storage = storage
    }

    public func connect() throws(SQLLogicTestError) -> any EngineConnection {
        switch storage {
        case .memory:
            return try SQLiteConnection(path: ":memory:")
        case .file(let path):
            for suffix in ["", "-journal", "-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
                throw SQLLogicTestError(.engine, "cannot remove \(path + suffix): \(String(cString: strerror(errno)))")
            }
            return try SQLiteConnection(path: path)
        }
    }
}
