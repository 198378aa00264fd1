internal import CSQLite
import Glibc

/// A SQLite, or a library with its interface, from a file of the user's. Once loaded it stays.
struct LoadedSQLite: SQLiteCalls, @unchecked Sendable {
    private typealias Handle = OpaquePointer
    private typealias Text = UnsafePointer<CChar>

    private let openCall: @convention(c) (Text?, UnsafeMutablePointer<Handle?>?, Int32, Text?) -> Int32
    private let closeCall: @convention(c) (Handle?) -> Int32
    private let execCall: @convention(c) (Handle?, Text?, UnsafeRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32
    private let errmsgCall: @convention(c) (Handle?) -> Text?
    private let errstrCall: (@convention(c) (Int32) -> Text?)?
    /// Missing where a library has only a part of SQLite's interface.
    private let interruptCall: (@convention(c) (Handle?) -> Void)?
    private let changesCall: @convention(c) (Handle?) -> Int32
    private let prepareCall: @convention(c) (Handle?, Text?, Int32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<Text?>?) -> Int32
    private let stepCall: @convention(c) (Handle?) -> Int32
    private let finalizeCall: @convention(c) (Handle?) -> Int32
    private let columnCountCall: @convention(c) (Handle?) -> Int32
    private let columnValueCall: @convention(c) (Handle?, Int32) -> Handle?
    private let valueTypeCall: @convention(c) (Handle?) -> Int32
    private let valueIntCall: @convention(c) (Handle?) -> Int32
    private let valueInt64Call: @convention(c) (Handle?) -> Int64
    private let valueDoubleCall: @convention(c) (Handle?) -> Double
    private let valueTextCall: @convention(c) (Handle?) -> UnsafePointer<UInt8>?
    private let valueBytesCall: @convention(c) (Handle?) -> Int32
    private let authorizerCall: (@convention(c) (Handle?, SQLiteConfinement.Judge?, UnsafeMutableRawPointer?) -> Int32)?
    private let readOnlyCall: (@convention(c) (Handle?) -> Int32)?
    private let autocommitCall: (@convention(c) (Handle?) -> Int32)?
    /// Missing in releases before 3.23, and in many until 3.36.
    private let serializeCall: (@convention(c) (Handle?, Text?, UnsafeMutablePointer<Int64>?, UInt32) -> UnsafeMutablePointer<UInt8>?)?
    private let backupCalls: (begin: @convention(c) (Handle?, Text?, Handle?, Text?) -> Handle?, step: @convention(c) (Handle?, Int32) -> Int32,
                              finish: @convention(c) (Handle?) -> Int32)?
    private let freeCall: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    private let snprintfCall: UnsafeMutableRawPointer
    private let versionCall: @convention(c) () -> Text?

    /// - Parameter path: of the shared library; without a slash it is searched for as `dlopen` does.
    init(path: String) throws(SQLLogicTestError) {
        // Deep binding: the library must call itself, not the SQLite in this program.
        let library = try SharedLibrary(path, flags: RTLD_DEEPBIND, remedy: "name a shared library with SQLite's interface")
        // Memory statistics take a lock at every allocation; a library that is in use already keeps its own settings.
        if let config = library.find("sqlite3_config") { csqlite_config_int_by(config, SQLITE_CONFIG_MEMSTATUS, 0) }
        openCall = try library.call("sqlite3_open_v2")
        closeCall = try library.call("sqlite3_close_v2")
        execCall = try library.call("sqlite3_exec")
        errmsgCall = try library.call("sqlite3_errmsg")
        errstrCall = library.find("sqlite3_errstr").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Text?).self) }
        interruptCall = library.find("sqlite3_interrupt").map { unsafeBitCast($0, to: (@convention(c) (Handle?) -> Void).self) }
        changesCall = try library.call("sqlite3_changes")
        prepareCall = try library.call("sqlite3_prepare_v2")
        stepCall = try library.call("sqlite3_step")
        finalizeCall = try library.call("sqlite3_finalize")
        columnCountCall = try library.call("sqlite3_column_count")
        columnValueCall = try library.call("sqlite3_column_value")
        valueTypeCall = try library.call("sqlite3_value_type")
        valueIntCall = try library.call("sqlite3_value_int")
        valueInt64Call = try library.call("sqlite3_value_int64")
        valueDoubleCall = try library.call("sqlite3_value_double")
        valueTextCall = try library.call("sqlite3_value_text")
        valueBytesCall = try library.call("sqlite3_value_bytes")
        authorizerCall = library.find("sqlite3_set_authorizer").map {
            unsafeBitCast($0, to: (@convention(c) (Handle?, SQLiteConfinement.Judge?, UnsafeMutableRawPointer?) -> Int32).self)
        }
        readOnlyCall = library.find("sqlite3_stmt_readonly").map { unsafeBitCast($0, to: (@convention(c) (Handle?) -> Int32).self) }
        autocommitCall = library.find("sqlite3_get_autocommit").map { unsafeBitCast($0, to: (@convention(c) (Handle?) -> Int32).self) }
        serializeCall = library.find("sqlite3_serialize").map {
            unsafeBitCast($0, to: (@convention(c) (Handle?, Text?, UnsafeMutablePointer<Int64>?, UInt32) -> UnsafeMutablePointer<UInt8>?).self)
        }
        if let begin = library.find("sqlite3_backup_init"), let step = library.find("sqlite3_backup_step"), let finish = library.find("sqlite3_backup_finish") {
            backupCalls = (unsafeBitCast(begin, to: (@convention(c) (Handle?, Text?, Handle?, Text?) -> Handle?).self),
                           unsafeBitCast(step, to: (@convention(c) (Handle?, Int32) -> Int32).self), unsafeBitCast(finish, to: (@convention(c) (Handle?) -> Int32).self))
        } else {
            backupCalls = nil
        }
        freeCall = library.find("sqlite3_free").map { unsafeBitCast($0, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self) }
        snprintfCall = try library.require("sqlite3_snprintf")
        versionCall = try library.call("sqlite3_libversion")
    }

    var version: String { versionCall().map { String(cString: $0) } ?? "" }

    func open(_ path: String, _ handle: inout OpaquePointer?, _ flags: Int32) -> Int32 { openCall(path, &handle, flags, nil) }
    func close(_ handle: OpaquePointer?) { _ = closeCall(handle) }
    func exec(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>) -> Int32 { execCall(handle, sql, nil, nil, nil) }
    func errmsg(_ handle: OpaquePointer) -> UnsafePointer<CChar>? { errmsgCall(handle) }
    func errstr(_ code: Int32) -> UnsafePointer<CChar>? { errstrCall?(code) }
    var interrupts: Bool { interruptCall != nil }
    func interrupt(_ handle: OpaquePointer) { interruptCall?(handle) }
    func changes(_ handle: OpaquePointer) -> Int32 { changesCall(handle) }
    func prepare(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>, _ length: Int32, _ statement: inout OpaquePointer?,
                 _ tail: inout UnsafePointer<CChar>?) -> Int32 {
        prepareCall(handle, sql, length, &statement, &tail)
    }
    func step(_ statement: OpaquePointer) -> Int32 { stepCall(statement) }
    func finalize(_ statement: OpaquePointer?) { _ = finalizeCall(statement) }
    func columnCount(_ statement: OpaquePointer?) -> Int32 { columnCountCall(statement) }
    func columnValue(_ statement: OpaquePointer, _ column: Int32) -> OpaquePointer? { columnValueCall(statement, column) }
    func valueType(_ value: OpaquePointer?) -> Int32 { valueTypeCall(value) }
    func valueInt(_ value: OpaquePointer?) -> Int32 { valueIntCall(value) }
    func valueInt64(_ value: OpaquePointer?) -> Int64 { valueInt64Call(value) }
    func valueDouble(_ value: OpaquePointer?) -> Double { valueDoubleCall(value) }
    func valueText(_ value: OpaquePointer?) -> UnsafePointer<UInt8>? { valueTextCall(value) }
    func valueBytes(_ value: OpaquePointer?) -> Int32 { valueBytesCall(value) }
    func authorize(_ handle: OpaquePointer, _ judge: SQLiteConfinement.Judge?, _ context: UnsafeMutableRawPointer?) { _ = authorizerCall?(handle, judge, context) }
    func isReadOnly(_ statement: OpaquePointer) -> Bool { readOnlyCall.map { $0(statement) != 0 } ?? false }
    var foresees: Bool { authorizerCall != nil && autocommitCall != nil && readOnlyCall != nil }
    func isAutocommit(_ handle: OpaquePointer) -> Bool { autocommitCall.map { $0(handle) != 0 } ?? true }
    var serializes: Bool { serializeCall != nil && freeCall != nil }
    func serialize(_ handle: OpaquePointer, _ size: inout Int64) -> UnsafeMutablePointer<UInt8>? {
        serializeCall?(handle, "main", &size, 0)
    }
    func backUp(_ source: OpaquePointer, to target: OpaquePointer) -> Int32 {
        guard let backupCalls, let backup = backupCalls.begin(target, "main", source, "main") else { return SQLITE_ERROR }
        let code = backupCalls.step(backup, -1), end = backupCalls.finish(backup)
        return code == SQLITE_DONE ? end : code
    }
    func free(_ memory: UnsafeMutableRawPointer?) { freeCall?(memory) }
    func formatReal(_ size: Int32, _ buffer: UnsafeMutablePointer<CChar>, _ value: Double) {
        csqlite_format_real_by(snprintfCall, size, buffer, value)
    }
}
