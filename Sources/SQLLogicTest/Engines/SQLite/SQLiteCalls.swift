internal import CSQLite

/// The functions of a SQLite, linked or loaded, under their own names without the prefix.
///
/// Connections are generic over this, so that the linked one is called directly.
protocol SQLiteCalls: Sendable {
    func open(_ path: String, _ handle: inout OpaquePointer?, _ flags: Int32) -> Int32
    func close(_ handle: OpaquePointer?)
    func exec(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>) -> Int32
    func errmsg(_ handle: OpaquePointer) -> UnsafePointer<CChar>?
    func errstr(_ code: Int32) -> UnsafePointer<CChar>?
    /// Whether ``interrupt(_:)`` is there.
    var interrupts: Bool { get }
    /// Ends what runs on a connection; may be called from another thread (<https://www.sqlite.org/c3ref/interrupt.html>).
    func interrupt(_ handle: OpaquePointer)
    func changes(_ handle: OpaquePointer) -> Int32
    func prepare(_ handle: OpaquePointer, _ sql: UnsafePointer<CChar>, _ length: Int32, _ statement: inout OpaquePointer?,
                 _ tail: inout UnsafePointer<CChar>?) -> Int32
    func step(_ statement: OpaquePointer) -> Int32
    func finalize(_ statement: OpaquePointer?)
    func columnCount(_ statement: OpaquePointer?) -> Int32
    func columnValue(_ statement: OpaquePointer, _ column: Int32) -> OpaquePointer?
    func valueType(_ value: OpaquePointer?) -> Int32
    func valueInt(_ value: OpaquePointer?) -> Int32
    func valueInt64(_ value: OpaquePointer?) -> Int64
    func valueDouble(_ value: OpaquePointer?) -> Double
    func valueText(_ value: OpaquePointer?) -> UnsafePointer<UInt8>?
    func valueBytes(_ value: OpaquePointer?) -> Int32
    /// Has `judge` asked what a statement may do when it is prepared, as far as this SQLite can be told so; nil asks nobody.
    func authorize(_ handle: OpaquePointer, _ judge: SQLiteConfinement.Judge?, _ context: UnsafeMutableRawPointer?)
    /// Whether the statement changes no database (<https://www.sqlite.org/c3ref/stmt_readonly.html>).
    func isReadOnly(_ statement: OpaquePointer) -> Bool
    /// Whether it can be told what a statement would do.
    var foresees: Bool { get }
    /// Whether no transaction is open.
    func isAutocommit(_ handle: OpaquePointer) -> Bool
    /// Whether ``serialize(_:_:)`` is there.
    var serializes: Bool { get }
    /// The main database as the bytes of a file (<https://www.sqlite.org/c3ref/serialize.html>); what is not committed is in it. To be given to ``free(_:)``.
    /// - Parameter size: its bytes.
    func serialize(_ handle: OpaquePointer, _ size: inout Int64) -> UnsafeMutablePointer<UInt8>?
    /// Copies the main database into another connection's, page by page (<https://www.sqlite.org/c3ref/backup_finish.html>); not inside a transaction that writes.
    /// - Returns: SQLite's code.
    func backUp(_ source: OpaquePointer, to target: OpaquePointer) -> Int32
    func free(_ memory: UnsafeMutableRawPointer?)
    func formatReal(_ size: Int32, _ buffer: UnsafeMutablePointer<CChar>, _ value: Double)
}
