internal import CSQLite
import Glibc

/// What SQLite itself refuses where scripts may not reach outside of their database (<https://www.sqlite.org/c3ref/set_authorizer.html>): it sees
/// what a statement means, however it is spelt.
enum SQLiteConfinement {
    typealias Text = UnsafePointer<CChar>
    typealias Judge = @convention(c) (UnsafeMutableRawPointer?, Int32, Text?, Text?, Text?, Text?) -> Int32

    static let judge: Judge = { _, action, first, second, _, _ in
        switch action {
        case SQLITE_ATTACH:
            // VACUUM attaches a database without a name. With INTO it has one.
            return first.map { $0.pointee == 0 } ?? false ? SQLITE_OK : SQLITE_DENY
        case SQLITE_FUNCTION:
            return second.map { SQLReach.functions.contains(SQLiteConfinement.lowercased($0)) } ?? false ? SQLITE_DENY : SQLITE_OK
        case SQLITE_PRAGMA:
            return first.map { SQLReach.settings.contains(SQLiteConfinement.lowercased($0)) } ?? false ? SQLITE_DENY : SQLITE_OK
        case SQLITE_CREATE_VTABLE:
            return second.map { SQLReach.tables.contains(SQLiteConfinement.lowercased($0)) } ?? false ? SQLITE_DENY : SQLITE_OK
        default:
            return SQLITE_OK
        }
    }

    static func lowercased(_ text: Text) -> String {
        String(decoding: UnsafeBufferPointer(start: text, count: strlen(text)).map { ASCII.lowercased(UInt8(bitPattern: $0)) }, as: UTF8.self)
    }
}
