internal import CSQLite
import Glibc

/// One connection of a SQLite.
final class SQLiteConnection<Calls: SQLiteCalls>: EngineConnection {
    let sqlite: Calls
    let database: OpaquePointer
    let isConfined: Bool
    /// The database outlives its connections.
    private let owner: AnyObject?

    /// - Parameter path: a path or, with `isURI`, a `file:` URI, or `:memory:`.
    init(_ sqlite: Calls, path: String, isURI: Bool = false, isReadOnly: Bool = false, isConfined: Bool = false, owner: AnyObject? = nil) throws(SQLLogicTestError) {
        self.sqlite = sqlite
        self.owner = owner
        self.isConfined = isConfined
        var handle: OpaquePointer?
        let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let flags = access | SQLITE_OPEN_NOMUTEX | (isURI ? SQLITE_OPEN_URI : 0)
        let code = sqlite.open(path, &handle, flags)
        guard code == SQLITE_OK, let handle else {
            let reason = sqlite.errstr(code).map { String(cString: $0) } ?? "error \(code)"
            sqlite.close(handle)
            throw SQLLogicTestError(.engine, "cannot open the database \(path): \(reason)",
                                    isRetryable: code == SQLITE_NOMEM || code == SQLITE_CANTOPEN)
        }
        database = handle
        // Nobody needs the data after the run.
        _ = sqlite.exec(database, "PRAGMA synchronous=OFF")
        if isConfined { sqlite.authorize(database, SQLiteConfinement.judge, nil) }
    }

    deinit { sqlite.close(database) }

    // Methods of generic classes are not specialised by themselves when they are reached through a protocol.
    @_specialize(where Calls == LinkedSQLite)
    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? {
        guard let start = sql.baseAddress else { return nil }
        let code = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) { sqlite.exec(database, $0) }
        return code == SQLITE_OK ? nil : failure
    }

    @_specialize(where Calls == LinkedSQLite)
    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>,
               into result: inout ResultTable) -> QueryOutcome {
        guard let start = sql.baseAddress, sql.count < Int(Int32.max) else { return .failed(Self.tooLong) }
        var prepared: OpaquePointer?
        var tail: UnsafePointer<CChar>?
        // With the NUL counted, SQLite does not copy the text.
        let prepareCode = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) {
            sqlite.prepare(database, $0, Int32(sql.count + 1), &prepared, &tail)
        }
        defer { sqlite.finalize(prepared) }
        guard prepareCode == SQLITE_OK else { return .failed(failure) }
        let columns = sqlite.columnCount(prepared)
        guard let prepared, Int(columns) == types.count else { return .columnCount(Int(columns)) }
        result.columns = Int(columns)
        var code = sqlite.step(prepared)
        while code == SQLITE_ROW, !result.isExhausted {
            for column in 0..<columns {
                append(column, of: prepared, as: types[Int(column)], to: &result)
            }
            code = sqlite.step(prepared)
        }
        // The original runner does not look at errors here. A query that runs out of memory, or was ended, has failed all the same.
        return code == SQLITE_NOMEM || code == SQLITE_INTERRUPT ? .failed(failure) : .rows
    }

    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome {
        guard let start = sql.baseAddress, sql.count < Int(Int32.max) else { return .failed(Self.tooLong) }
        return start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) { text in
            var outcome = StatementOutcome.complete(count: 0)
            var next = text
            let end = text + sql.count
            while next < end {
                var prepared: OpaquePointer?
                var tail: UnsafePointer<CChar>?
                let code = sqlite.prepare(database, next, Int32(end - next + 1), &prepared, &tail)
                guard code == SQLITE_OK else { return .failed(failure) }
                if let prepared {
                    outcome = runPrepared(prepared, into: &result)
                    if case .failed = outcome { return outcome }
                }
                guard let tail, tail > next else { break }
                next = tail
            }
            return outcome
        }
    }

    private func runPrepared(_ prepared: OpaquePointer, into result: inout ResultTable) -> StatementOutcome {
        defer { sqlite.finalize(prepared) }
        let columns = sqlite.columnCount(prepared)
        result.removeAll()
        result.columns = Int(columns)
        var code = sqlite.step(prepared)
        while code == SQLITE_ROW, !result.isExhausted {
            for column in 0..<columns { appendPlain(sqlite.columnValue(prepared, column), to: &result) }
            code = sqlite.step(prepared)
        }
        guard code == SQLITE_DONE || code == SQLITE_ROW else { return .failed(failure) }
        return columns > 0 ? .rows(typedColumns: Int(columns)) : .complete(count: Int(sqlite.changes(database)))
    }

    private static var tooLong: EngineFailure { EngineFailure("statement too long") }

    private var failure: EngineFailure {
        EngineFailure(sqlite.errmsg(database).map { String(cString: $0) } ?? "unknown error")
    }

    // MARK: Values

    @inline(__always)
    private func append(_ column: Int32, of row: OpaquePointer, as type: UInt8, to result: inout ResultTable) {
        // One call for the value instead of one each for type and content. SQLite's "unprotected" values are safe with one
        // thread on a connection.
        let value = sqlite.columnValue(row, column)
        let stored = sqlite.valueType(value)
        if stored == SQLITE_NULL { return result.appendNull() }
        switch type {
        case UInt8(ascii: "I"):
            // The low 32 bits, as the original runner shows them.
            result.append(integer: Int64(sqlite.valueInt(value)))
        case UInt8(ascii: "R"):
            appendReal(sqlite.valueDouble(value), to: &result)
        default:
            if stored == SQLITE_INTEGER {
                result.append(integer: sqlite.valueInt64(value))
            } else if let text = sqlite.valueText(value) {
                let count = Int(sqlite.valueBytes(value))
                result.append(text: UnsafeBufferPointer(start: text, count: count))
            } else {
                result.append(text: UnsafeBufferPointer(start: nil, count: 0))
            }
        }
    }

    private func appendPlain(_ value: OpaquePointer?, to result: inout ResultTable) {
        switch sqlite.valueType(value) {
        case SQLITE_NULL: result.appendNull()
        case SQLITE_INTEGER: result.append(integer: sqlite.valueInt64(value))
        default:
            let text = sqlite.valueText(value)
            let count = text == nil ? 0 : Int(sqlite.valueBytes(value))
            result.append(plain: UnsafeBufferPointer(start: text, count: count))
        }
    }

    private func appendReal(_ value: Double, to result: inout ResultTable) {
        if value > -SQLiteReal.wholeLimit, value < SQLiteReal.wholeLimit {
            let whole = Int64(value)
            if Double(whole) == value { return result.append(wholeReal: whole) }
        }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: SQLiteReal.bufferSize) { buffer in
            guard let start = buffer.baseAddress else { return }
            sqlite.formatReal(Int32(SQLiteReal.bufferSize), start, value)
            start.withMemoryRebound(to: UInt8.self, capacity: SQLiteReal.bufferSize) {
                result.append(formatted: UnsafeBufferPointer(start: $0, count: strlen(start)))
            }
        }
    }
}

extension SQLiteConnection: InterruptibleConnection {
    func prepareForInterrupts() throws(SQLLogicTestError) {
        if !sqlite.interrupts { throw SQLLogicTestError(.usage, "cannot limit the time of a record: the engine's library has no sqlite3_interrupt") }
    }

    func interrupt() { sqlite.interrupt(database) }

    var endsWhenInterrupted: Bool { false }

    var hasTransaction: Bool? { !sqlite.isAutocommit(database) }
}

enum SQLiteReal {
    /// Whole numbers below this have exactly `.000` in every version of SQLite.
    static let wholeLimit = 1e12
    /// As in the original runner: what does not fit becomes empty.
    static let bufferSize = 200
}
