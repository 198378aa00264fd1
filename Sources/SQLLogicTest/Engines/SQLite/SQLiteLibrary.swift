internal import CSQLite

/// The settings of the SQLite that is linked into this program, made once, before its first use.
public enum SQLiteLibrary {
    /// Whether connections may live on several threads.
    public enum Threading: Sendable {
        /// One thread in the whole process uses SQLite. Fastest.
        case single
        /// Each connection is used by one thread at a time.
        case multiple
    }

    /// Sets SQLite up unless that has been done; only the first call in a process has an effect.
    ///
    /// Memory statistics are off, because they take a lock of the whole process at every allocation.
    /// - Parameter threading: how this process uses SQLite.
    /// - Throws: ``SQLLogicTestError/Code/engine`` when `multiple` is asked for after `single`.
    public static func initialize(_ threading: Threading = .multiple) throws(SQLLogicTestError) {
        switch threading {
        case .single:
            // A SQLite that is set up for several threads will do.
            guard forSingleThread == SQLITE_OK || forSingleThread == SQLITE_MISUSE else { throw failure(forSingleThread) }
        case .multiple:
            // Others in the process may have set it up for several threads in their way, as a library that keeps a database of its own.
            guard forMultipleThreads == SQLITE_OK || (forMultipleThreads == SQLITE_MISUSE && allowsThreads) else { throw failure(forMultipleThreads) }
        }
    }

    /// Its version, such as `3.46.1`.
    public static var version: String { String(cString: sqlite3_libversion()) }

    private static let forSingleThread = configure(SQLITE_CONFIG_SINGLETHREAD)
    private static let forMultipleThreads = configure(SQLITE_CONFIG_MULTITHREAD)

    /// - Returns: SQLITE_MISUSE if SQLite is in use already, with other settings.
    private static func configure(_ threading: Int32) -> Int32 {
        let code = csqlite_config(threading)
        guard code == SQLITE_OK else { return code }
        let statistics = csqlite_config_int(SQLITE_CONFIG_MEMSTATUS, 0)
        return statistics == SQLITE_OK ? sqlite3_initialize() : statistics
    }

    /// Whether the SQLite that is set up has mutexes; see https://www.sqlite.org/threadsafe.html.
    private static let allowsThreads: Bool = {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        return sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_FULLMUTEX, nil) == SQLITE_OK && sqlite3_db_mutex(handle) != nil
    }()

    private static func failure(_ code: Int32) -> SQLLogicTestError {
        let reason = code == SQLITE_MISUSE ? "it is set up for one thread already; choose one setting for the process" : String(cString: sqlite3_errstr(code))
        return SQLLogicTestError(.engine, "cannot set up SQLite: \(reason)")
    }
}
