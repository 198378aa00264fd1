/// Tells SQL that SQLite cannot read from SQL that it could, without running it: thousands of tries end here at the cost of microseconds.
package final class SQLSyntax {
    private let sqlite = LinkedSQLite()
    private let database: OpaquePointer

    /// - Parameter threading: how this process uses SQLite.
    /// - Returns: nil where there is no SQLite to be asked.
    package init?(threading: SQLiteLibrary.Threading = .multiple) {
        guard (try? SQLiteLibrary.initialize(threading)) != nil else { return nil }
        var handle: OpaquePointer?
        // SQLITE_OPEN_READWRITE, SQLITE_OPEN_CREATE and SQLITE_OPEN_NOMUTEX.
        guard sqlite.open(":memory:", &handle, 0x2 | 0x4 | 0x8000) == 0, let handle else {
            sqlite.close(handle)
            return nil
        }
        database = handle
    }

    deinit { sqlite.close(database) }

    /// Whether SQLite finds no fault in the grammar of `sql`. What it names need not be there.
    package func isPlausible(_ sql: [UInt8]) -> Bool {
        (sql + [0]).withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { start in
                start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                    var statement: OpaquePointer?
                    var tail: UnsafePointer<CChar>?
                    let code = sqlite.prepare(database, text, Int32(clamping: bytes.count), &statement, &tail)
                    defer { sqlite.finalize(statement) }
                    guard code != 0, let message = sqlite.errmsg(database).map({ String(cString: $0) }) else { return statement != nil }
                    return !["syntax error", "incomplete input", "unrecognized token"].contains { message.contains($0) }
                }
            } ?? false
        }
    }
}
