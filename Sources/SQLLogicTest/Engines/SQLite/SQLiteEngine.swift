/// The SQLite that is linked into this program, or a build of your own. Conditions call it `sqlite`.
public struct SQLiteEngine: Engine {
    /// Where the database is.
    public enum Storage: Sendable, Equatable {
        /// In memory, of its own for each script.
        case memory
        /// The file at this path. It is removed with its journals before each script, so only one script can run at a time.
        case file(String)
    }

    public let name = "SQLite"
    /// Where the database is.
    public let storage: Storage
    /// Whether SQLite refuses what opens files or loads code; see ``RunOptions/allowsSystem``.
    public var isConfined = false
    private let loaded: LoadedSQLite?
    public let allowsThreads: Bool

    /// The linked SQLite.
    /// - Parameters:
    ///   - storage: where the database is.
    ///   - threading: how this process uses SQLite; the first engine says it for the whole process.
    /// - Throws: ``SQLLogicTestError/Code/engine`` when SQLite is set up for one thread and `multiple` is asked for.
    public init(storage: Storage = .memory, threading: SQLiteLibrary.Threading = .multiple) throws(SQLLogicTestError) {
        try SQLiteLibrary.initialize(threading)
        self.storage = storage
        loaded = nil
        allowsThreads = threading == .multiple
    }

    /// A SQLite, or another database with its C interface (<https://www.sqlite.org/c3ref/funclist.html>), from a shared library.
    /// - Parameters:
    ///   - storage: where the database is.
    ///   - library: the path of the library; without a slash it is searched for as dlopen(3) does.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if it cannot be loaded or lacks a function.
    public init(storage: Storage = .memory, library: String) throws(SQLLogicTestError) {
        self.storage = storage
        loaded = try LoadedSQLite(path: library)
        // It may be built without its locks.
        allowsThreads = false
    }

    /// The version of the SQLite in use, such as `3.46.1`.
    public var version: String { loaded?.version ?? SQLiteLibrary.version }

    public func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        if let loaded { return try SQLiteDatabase(loaded, path: path, isConfined: isConfined) }
        return try SQLiteDatabase(LinkedSQLite(), path: path, isConfined: isConfined)
    }

    public func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        if let loaded { return SQLiteFile(loaded, path: path, isReadOnly: isReadOnly, isConfined: isConfined) }
        return SQLiteFile(LinkedSQLite(), path: path, isReadOnly: isReadOnly, isConfined: isConfined)
    }

    private var path: String? {
        if case .file(let path) = storage { return path }
        return nil
    }
}

extension SQLiteEngine: DiscerningEngine {
    var seesMeaning: Bool { true }
    var knowsTransactions: Bool { true }

    var partsObstacle: String? {
        if storage != .memory { return "its database is one file" }
        return loaded?.foresees ?? true ? nil : "this SQLite does not say what a query would do"
    }
}
