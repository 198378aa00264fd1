/// The SQLite that is linked into this program, or a build of the user's own.
public struct SQLiteEngine: Engine {
    /// Where the database is.
    public enum Storage: Sendable, Equatable {
        case memory
        /// A file, removed with its journals before each script. One script at a time.
        case file(String)
    }

    public let name = "SQLite"
    public let storage: Storage
    private let loaded: LoadedSQLite?
    public let allowsThreads: Bool

    public init(storage: Storage = .memory, threading: SQLiteLibrary.Threading = .multiple) throws(SQLLogicTestError) {
        try SQLiteLibrary.initialize(threading)
        self.storage = storage
        loaded = nil
        allowsThreads = threading == .multiple
    }

    /// - Parameter library: the path of a shared library with SQLite's interface.
    /// - Throws: if it cannot be loaded or lacks a function.
    public init(storage: Storage = .memory, library: String) throws(SQLLogicTestError) {
        self.storage = storage
        loaded = try LoadedSQLite(path: library)
        // It may be built without its locks.
        allowsThreads = false
    }

    /// Of the library in use, as it names it.
    public var version: String { loaded?.version ?? SQLiteLibrary.version }

    public func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        if let loaded { return try SQLiteDatabase(loaded, path: path) }
        return try SQLiteDatabase(LinkedSQLite(), path: path)
    }

    public func open(path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        if let loaded { return SQLiteFile(loaded, path: path, isReadOnly: isReadOnly) }
        return SQLiteFile(LinkedSQLite(), path: path, isReadOnly: isReadOnly)
    }

    private var path: String? {
        if case .file(let path) = storage { return path }
        return nil
    }
}
