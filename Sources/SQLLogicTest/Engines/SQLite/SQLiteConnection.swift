internal import CSQLite
import Glibc

/// One connection of the linked SQLite.
final class SQLiteConnection: EngineConnection {
    private let database: OpaquePointer

    /// - Parameter path: a path, or `:memory:`.
    init(path: String) throws(SQLLogicTestError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let reason = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(handle)
            throw SQLLogicTestError(.engine, "cannot open the database \(path): \(reason)",
                                    isRetryable: code == SQLITE_NOMEM || code == SQLITE_CANTOPEN)
        }
        database = handle
        // The data is worth nothing after the run.
        sqlite3_exec(database, "PRAGMA synchronous=OFF", nil, nil, nil)
    }

    deinit { sqlite3_close_v2(database) }

    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> String? {
        guard let start = sql.baseAddress else { return nil }
        let code = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) {
            sqlite3_exec(database, $0, nil, nil, nil)
        }
        return code == SQLITE_OK ? nil : lastError
    }

    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>,
               into result: inout ResultTable) -> QueryOutcome {
        guard let start = sql.baseAddress, sql.count < Int(Int32.max) else { return .failed("statement too long") }
        var prepared: OpaquePointer?
        // With the NUL counted, SQLite does not copy the text.
        let code = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) {
            sqlite3_prepare_v2(database, $0, Int32(sql.count + 1), &prepared, nil)
        }
        defer { sqlite3_finalize(prepared) }
        guard code == SQLITE_OK else { return .failed(lastError) }
        let columns = sqlite3_column_count(prepared)
        guard let prepared, Int(columns) == types.count else { return .columnCount(Int(columns)) }
        result.columns = Int(columns)
        while sqlite3_step(prepared) == SQLITE_ROW, !result.isExhausted {
            for column in 0..<columns {
                Self.append(column, of: prepared, as: types[Int(column)], to: &result)
            }
        }
        return .rows
    }

    private var lastError: String { String(cString: sqlite3_errmsg(database)) }

    @inline(__always)
    private static func append(_ column: Int32, of row: OpaquePointer, as type: UInt8, to result: inout ResultTable) {
        // One look at the row in place of one for each of type and content. With one thread on a connection SQLite's
        // "unprotected" values are as good as others.
        let value = sqlite3_column_value(row, column)
        let stored = sqlite3_value_type(value)
        if stored == SQLITE_NULL { return result.appendNull() }
        switch type {
        case UInt8(ascii: "I"):
            // The low 32 bits, as the original runner shows them.
            result.append(integer: Int64(sqlite3_value_int(value)))
        case UInt8(ascii: "R"):
            appendReal(sqlite3_value_double(value), to: &result)
        default:
            if stored == SQLITE_INTEGER {
                result.append(integer: sqlite3_value_int64(value))
            } else if let text = sqlite3_value_text(value) {
                let count = Int(sqlite3_value_bytes(value))
                result.append(text: UnsafeBufferPointer(start: text, count: count))
            } else {
                result.append(text: UnsafeBufferPointer(start: nil, count: 0))
            }
        }
    }

    /// Whole numbers below this have exactly `.000` in every version of SQLite.
    private static let wholeLimit = 1e12

    private static func appendReal(_ value: Double, to result: inout ResultTable) {
        if value > -wholeLimit, value < wholeLimit {
            let whole = Int64(value)
            if Double(whole) == value { return result.append(wholeReal: whole) }
        }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: realBufferSize) { buffer in
            guard let start = buffer.baseAddress else { return }
            csqlite_format_real(Int32(realBufferSize), start, value)
            start.withMemoryRebound(to: UInt8.self, capacity: realBufferSize) {
                result.append(formatted: UnsafeBufferPointer(start: $0, count: strlen(start)))
            }
        }
    }

    /// The original runner's: what does not fit becomes empty.
    private static let realBufferSize = 200
}
