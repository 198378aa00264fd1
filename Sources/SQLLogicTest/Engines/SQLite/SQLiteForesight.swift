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
        case SQLITE_FUNCTION: second.map { PureFunctions.names.contains(SQLiteConfinement.lowercased($0)) } ?? false
        default: false
        }
        if !isPlain { isPure = false }
    }

    /// Tables that show the connection and not the data.
    private static func isView(ofState table: String) -> Bool { table.hasPrefix("pragma_") || tables.contains(table) }

    private static let tables: Set<String> = ["sqlite_stmt", "sqlite_memstat", "sqlite_dbpage", "sqlite_dbdata", "sqlite_dbptr", "dbstat", "bytecode", "tables_used"]
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
            guard code == SQLITE_OK, let prepared, sqlite.isReadOnly(prepared), context.pointee.isPure else { return false }
            // Where all statements are run, those behind it count as well.
            let read = start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) { first in tail.map { first.distance(to: $0) } ?? sql.count }
            return !QueryWord.hasMore(sql, behind: read)
        }
    }
}
