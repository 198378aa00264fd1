internal import CSQLite

/// The SQLite that is linked into this program.
struct LinkedSQLite: SQLiteCalls {
    @inline(__always)
    func open(_ path: String, _ handle: inout OpaquePointer?, _ flags: Int32) -> Int32 { sqlite3_open_v2(path, &handle, flags, nil) }
    @inline(__always)
    func close(_ handle: OpaquePointer?) { sqlite3_close_v2(handle) }
    @inline(__always)
    func exec(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>) -> Int32 { sqlite3_exec(handle, sql, nil, nil, nil) }
    @inline(__always)
    func errmsg(_ handle: OpaquePointer) -> UnsafePointer<CChar>? { sqlite3_errmsg(handle) }
    @inline(__always)
    func errstr(_ code: Int32) -> UnsafePointer<CChar>? { sqlite3_errstr(code) }
    var interrupts: Bool { true }
    func interrupt(_ handle: OpaquePointer) { sqlite3_interrupt(handle) }
    @inline(__always)
    func changes(_ handle: OpaquePointer) -> Int32 { sqlite3_changes(handle) }
    @inline(__always)
    func prepare(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>, _ length: Int32, _ statement: inout OpaquePointer?,
                 _ tail: inout UnsafePointer<CChar>?) -> Int32 {
        sqlite3_prepare_v2(handle, sql, length, &statement, &tail)
    }
    @inline(__always)
    func step(_ statement: OpaquePointer) -> Int32 { sqlite3_step(statement) }
    @inline(__always)
    func finalize(_ statement: OpaquePointer?) { sqlite3_finalize(statement) }
    @inline(__always)
    func columnCount(_ statement: OpaquePointer?) -> Int32 { sqlite3_column_count(statement) }
    @inline(__always)
    func columnValue(_ statement: OpaquePointer, _ column: Int32) -> OpaquePointer? { sqlite3_column_value(statement, column) }
    @inline(__always)
    func valueType(_ value: OpaquePointer?) -> Int32 { sqlite3_value_type(value) }
    @inline(__always)
    func valueInt(_ value: OpaquePointer?) -> Int32 { sqlite3_value_int(value) }
    @inline(__always)
    func valueInt64(_ value: OpaquePointer?) -> Int64 { sqlite3_value_int64(value) }
    @inline(__always)
    func valueDouble(_ value: OpaquePointer?) -> Double { sqlite3_value_double(value) }
    @inline(__always)
    func valueText(_ value: OpaquePointer?) -> UnsafePointer<UInt8>? { sqlite3_value_text(value) }
    @inline(__always)
    func valueBytes(_ value: OpaquePointer?) -> Int32 { sqlite3_value_bytes(value) }
    func authorize(_ handle: OpaquePointer, _ judge: SQLiteConfinement.Judge?, _ context: UnsafeMutableRawPointer?) {
        sqlite3_set_authorizer(handle, judge, context)
    }
    func isReadOnly(_ statement: OpaquePointer) -> Bool { sqlite3_stmt_readonly(statement) != 0 }
    var foresees: Bool { true }
    func isAutocommit(_ handle: OpaquePointer) -> Bool { sqlite3_get_autocommit(handle) != 0 }
    var serializes: Bool { true }
    func serialize(_ handle: OpaquePointer, _ size: inout Int64) -> UnsafeMutablePointer<UInt8>? {
        sqlite3_serialize(handle, "main", &size, 0)
    }
    func backUp(_ source: OpaquePointer, to target: OpaquePointer) -> Int32 {
        guard let backup = sqlite3_backup_init(target, "main", source, "main") else { return sqlite3_errcode(target) }
        let code = sqlite3_backup_step(backup, -1), end = sqlite3_backup_finish(backup)
        return code == SQLITE_DONE ? end : code
    }
    func free(_ memory: UnsafeMutableRawPointer?) { sqlite3_free(memory) }
    @inline(__always)
    func formatReal(_ size: Int32, _ buffer: UnsafeMutablePointer<CChar>, _ value: Double) { csqlite_format_real(size, buffer, value) }
}
