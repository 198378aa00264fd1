/// A connection to one database, used by one thread at a time. It ends with its last reference.
///
/// All SQL comes as UTF-8, with a NUL behind the last byte, which is not counted: `sql[sql.count]` may be read.
public protocol EngineConnection: AnyObject {
    /// Runs all statements in `sql`.
    /// - Returns: nil if all succeeded, else the first error.
    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure?

    /// Runs the first statement in `sql` and appends its values row by row to `result`, each formatted by its column's type letter.
    /// - Parameters:
    ///   - sql: one statement or more.
    ///   - types: one of `T`, `I`, `R` for each column, in ASCII.
    ///   - result: empty; its ``ResultTable/columns`` must be set before the first value.
    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>,
               into result: inout ResultTable) -> QueryOutcome

    /// Runs `sql` whatever it is, and appends its values row by row to `result` as the engine itself shows them: a null as `NULL`,
    /// a text without a byte as `(empty)`.
    /// - Parameters:
    ///   - sql: one statement or more.
    ///   - result: empty; its ``ResultTable/columns`` must be set before the first value.
    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome

    /// What the engine said besides results and errors while the last SQL ran. By default nothing.
    var notices: [String] { get }

    /// The engine's names for the types of the last result's columns, such as `INTEGER`; empty when it does not say, which is the
    /// default. DuckDB's dialect compares values by them.
    var columnTypes: [String] { get }
}

extension EngineConnection {
    public var notices: [String] { [] }
    public var columnTypes: [String] { [] }
}

/// Why an engine refused a statement.
public struct EngineFailure: Error, Sendable, Equatable {
    /// The engine's own words.
    public var message: String
    /// The SQLSTATE (ISO/IEC 9075), five letters and digits; nil for engines that have none.
    public var sqlState: String?
    /// The error as the client library of sqllogictest-rs words it; nil for engines that have no such library.
    public var clientText: String?
    /// What came of it that the statement was ended at its ``RecordLimit``; nil for one that failed by itself.
    public internal(set) var interruption: Interruption?

    /// - Parameters:
    ///   - message: the engine's own words.
    ///   - sqlState: the SQLSTATE, of engines that have one.
    ///   - clientText: the error as the client library of sqllogictest-rs words it.
    public init(_ message: String, sqlState: String? = nil, clientText: String? = nil) {
        self.message = message
        self.sqlState = sqlState
        self.clientText = clientText
    }
}

/// How a query went.
///
/// As in SQLite's own runner an error after the first row is no failure: the rows up to it are the result. Only a query that runs
/// out of memory has failed.
public enum QueryOutcome: Sendable, Equatable {
    /// All rows are in the table.
    case rows
    /// The engine refused it, or it ran out of memory.
    case failed(EngineFailure)
    /// The statement was not run: it has this number of columns, and the script gives types for another.
    case columnCount(Int)
}

/// How a statement of whatever kind went.
public enum StatementOutcome: Sendable, Equatable {
    /// It gave rows, possibly none. `typedColumns` is the number of columns whose types the engine knows, 0 if it knows none:
    /// sqllogictest-rs counts values by it.
    case rows(typedColumns: Int)
    /// It gave no rows; `count` is the number of rows that it changed.
    case complete(count: Int)
    /// The engine refused it.
    case failed(EngineFailure)
}
