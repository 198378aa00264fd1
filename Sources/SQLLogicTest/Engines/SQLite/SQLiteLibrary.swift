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
    public static func initialize(_ threading: Threading = .multiple) throws(SQLLogicTestError) {
        let code = switch threading {
        case .single: forSingleThread
        case .multiple: forMultipleThreads
        }
        guard code == SQLITE_OK else {
            throw SQLLogicTestError(.engine, "cannot set up SQLite: \(String(cString: sqlite3_errstr(code)))")
        }
    }

    public static var version: String { String(cString: sqlite3_libversion()) }

    private static let forSingleThread = configure(SQLITE_CONFIG_SINGLETHREAD)
    private static let forMultipleThreads = configure(SQLITE_CONFIG_MULTITHREAD)

    private static func configure(_ threading: Int32) -> Int32 {
        // After a first set-up these answer SQLITE_MISUSE and change nothing, which is what is wanted.
        _ = csqlite_config_int(SQLITE_CONFIG_MEMSTATUS, 0)
        _ = csqlite_config(threading)
        return sqlite3_initialize()
    }
}
