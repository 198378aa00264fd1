internal import CSQLite
import Glibc

/// What SQLite says of a query while it prepares it (<https://www.sqlite.org/c3ref/set_authorizer.html>): which functions it calls, also those in
/// views, and what it reads.
struct SQLiteForesight {
    /// Whether scripts may not reach outside of their database.
    let isConfined: Bool
    /// Whether only the data has been asked for so far.
    private(set) var isPure = true

    init(isConfined: Bool) { self.isConfined = isConfined }

    /// - Parameter context: a `SQLiteForesight`.
    static let judge: SQLiteConfinement.Judge = { context, action, first, second, third, fourth in
        guard let foresight = context?.assumingMemoryBound(to: SQLiteForesight.self) else { return SQLITE_DENY }
        foresight.pointee.note(action, first, second)
        return foresight.pointee.isConfined ? SQLiteConfinement.judge(nil, action, first, second, third, fourth) : SQLITE_OK
    }

    private mutating func note(_ action: Int32, _ first: SQLiteConfinement.Text?, _ second: SQLiteConfinement.Text?) {
        let isPlain = switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: true
        case SQLITE_READ: first.map { !Self.isView(ofState: SQLiteConfinement.lowercased($0)) } ?? false
        case SQLITE_FUNCTION: second.map { Self.functions.contains(SQLiteConfinement.lowercased($0)) } ?? false
        default: false
        }
        if !isPlain { isPure = false }
    }

    /// Tables that show the connection and not the data.
    private static func isView(ofState table: String) -> Bool { table.hasPrefix("pragma_") || tables.contains(table) }

    private static let tables: Set<String> = ["sqlite_stmt", "sqlite_memstat", "sqlite_dbpage", "sqlite_dbdata", "sqlite_dbptr", "dbstat", "bytecode", "tables_used"]

    /// Built-in functions whose value depends on their arguments alone (<https://www.sqlite.org/lang_corefunc.html> and its neighbours). Those of
    /// dates are no such functions: they know `now`.
    private static let functions: Set<String> = [
        "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "ifnull", "iif", "if", "instr", "length", "like", "likelihood", "likely",
        "lower", "ltrim", "max", "min", "nullif", "octet_length", "printf", "quote", "replace", "round", "rtrim", "sign", "soundex", "substr", "substring",
        "trim", "typeof", "unhex", "unicode", "unistr", "unistr_quote", "unlikely", "upper", "zeroblob",
        // Aggregates and windows.
        "avg", "count", "group_concat", "string_agg", "sum", "total", "median", "percentile", "percentile_cont", "percentile_disc",
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value",
        // Mathematics.
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees", "exp", "floor", "ln", "log", "log10", "log2",
        "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
        // JSON.
        "json", "json_array", "json_array_length", "json_error_position", "json_extract", "json_insert", "json_object", "json_patch", "json_pretty",
        "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid", "json_group_array", "json_group_object", "->", "->>",
        "jsonb", "jsonb_array", "jsonb_extract", "jsonb_insert", "jsonb_object", "jsonb_patch", "jsonb_remove", "jsonb_replace", "jsonb_set",
        "jsonb_group_array", "jsonb_group_object",
    ]
}

extension SQLiteConnection: DiscerningConnection {
    func isHarmless(_ sql: UnsafeBufferPointer<UInt8>) -> Bool {
        guard sqlite.foresees, sqlite.isAutocommit(database), QueryWord.begins(sql), let start = sql.baseAddress, sql.count < Int(Int32.max) else { return false }
        var foresight = SQLiteForesight(isConfined: isConfined)
        return withUnsafeMutablePointer(to: &foresight) { context in
            sqlite.authorize(database, SQLiteForesight.judge, context)
            // The script's own statements are not slowed down by it.
            defer { sqlite.authorize(database, isConfined ? SQLiteConfinement.judge : nil, nil) }
            var prepared: OpaquePointer?
            var tail: UnsafePointer<CChar>?
            let code = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) { sqlite.prepare(database, $0, Int32(sql.count + 1), &prepared, &tail) }
            defer { sqlite.finalize(prepared) }
            guard code == SQLITE_OK, let prepared else { return false }
            return sqlite.isReadOnly(prepared) && context.pointee.isPure
        }
    }
}
