import GRDBSQLite
import Platform

/// One statement of the user's on the history. It can read, and nothing else: the database is opened read-only, and an authorizer refuses
/// whatever is no SELECT, since ATTACH and VACUUM INTO write through read-only connections too.
public struct HistoryQuery: Sendable {
    private let file: HistoryFile
    private var path: String { file.path }

    /// A value of a row.
    public enum Value: Sendable, Equatable {
        case null, integer(Int64), real(Double), text(String), blob([UInt8])
    }

    /// - Parameter history: which database.
    public init(_ history: RunHistory) { file = history.file }

    /// Bytes of one value.
    private static let longest: Int32 = 64 << 20

    /// - Parameters:
    ///   - sql: one SELECT.
    ///   - isCancelled: asked now and then; `true` ends the query.
    ///   - columns: gets the names, before any row.
    ///   - row: gets each row; `false` ends the query.
    /// - Throws: ``RemoteError`` `usage` for what is wrong with the statement, `results` for what is wrong with the database, `CancellationError`.
    public func run(_ sql: String, isCancelled: () -> Bool = { Task.isCancelled }, columns: ([String]) throws -> Void, row: ([Value]) throws -> Bool) throws {
        do {
            try file.whileReadable { try ask(sql, isCancelled, columns, row) }
        } catch let fault as HistoryFault {
            throw fault.error("read", path)
        }
    }

    private func ask(_ sql: String, _ isCancelled: () -> Bool, _ columns: ([String]) throws -> Void, _ row: ([Value]) throws -> Bool) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let handle else {
            throw HistoryFault.system(Self.message(handle)).error("read", path)
        }
        sqlite3_busy_timeout(handle, 10_000)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.longest)
        // Functions that are tables are made when they are first named, by a statement that the authorizer would refuse.
        sqlite3_exec(handle, "SELECT 1 FROM json_each('1'), json_tree('1')", nil, nil, nil)
        sqlite3_set_authorizer(handle, Self.authorizer, nil)
        try withoutActuallyEscaping(isCancelled) { isCancelled in
            let question = Question(isCancelled)
            // Asked every 10,000 instructions: less than a millisecond.
            sqlite3_progress_handler(handle, 10_000, { Unmanaged<Question>.fromOpaque($0!).takeUnretainedValue().isCancelled() ? 1 : 0 },
                                     Unmanaged.passUnretained(question).toOpaque())
            defer { sqlite3_progress_handler(handle, 0, nil, nil) }
            try withExtendedLifetime(question) { try run(sql, handle, columns, row) }
        }
    }

    private final class Question {
        let isCancelled: () -> Bool
        init(_ isCancelled: @escaping () -> Bool) { self.isCancelled = isCancelled }
    }

    private func run(_ sql: String, _ handle: OpaquePointer, _ columns: ([String]) throws -> Void, _ row: ([Value]) throws -> Bool) throws {
        let statement = try prepare(sql, handle)
        defer { sqlite3_finalize(statement) }
        let count = sqlite3_column_count(statement)
        try columns((0..<count).map { String(cString: sqlite3_column_name(statement, $0)) })
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: if try !row((0..<count).map { Self.value(statement, $0) }) { return }
            case SQLITE_DONE: return
            case SQLITE_INTERRUPT: throw CancellationError()
            case SQLITE_CORRUPT, SQLITE_NOTADB: throw HistoryFault.damaged(Self.message(handle)).error("read", path)
            default: throw Self.refusal(Self.message(handle))
            }
        }
    }

    private func prepare(_ sql: String, _ handle: OpaquePointer) throws -> OpaquePointer {
        var statement: OpaquePointer?, isOnly = true
        let code = sql.withCString { text -> Int32 in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v2(handle, text, -1, &statement, &tail)
            if code == SQLITE_OK, let tail {
                var next: OpaquePointer?
                // Only blanks and comments make no statement.
                isOnly = sqlite3_prepare_v2(handle, tail, -1, &next, nil) == SQLITE_OK && next == nil
                sqlite3_finalize(next)
            }
            return code
        }
        if code == SQLITE_NOTADB || code == SQLITE_CORRUPT { throw HistoryFault.damaged(Self.message(handle)).error("read", path) }
        let why = code == SQLITE_AUTH ? "it may only read" : code != SQLITE_OK ? Self.message(handle) : !isOnly ? "it is more than one statement" : nil
        guard let statement, why == nil, sqlite3_stmt_readonly(statement) != 0, sqlite3_column_count(statement) > 0 else {
            sqlite3_finalize(statement)
            throw Self.refusal(why ?? "it is no SELECT")
        }
        return statement
    }

    private static func refusal(_ why: String) -> RemoteError {
        RemoteError(.usage, "cannot run the query: \(SafeText.sentence(why, limit: 500))",
                    remedy: .advice("the views are " + HistoryViews.all.map(\.name).joined(separator: ", ")))
    }

    private static func message(_ handle: OpaquePointer?) -> String { handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory" }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case SQLITE_TEXT:
            let bytes = UnsafeRawBufferPointer(start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        default:
            return .blob(Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))))
        }
    }

    // MARK: what is allowed

    private static let forbidden: Set<String> = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"]

    private static let authorizer: @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
                                                   UnsafePointer<CChar>?) -> Int32 = { _, action, _, name, _, _ in
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_FUNCTION: return forbidden.contains(name.map { String(cString: $0).lowercased() } ?? "") ? SQLITE_DENY : SQLITE_OK
        default: return SQLITE_DENY
        }
    }
}
