/// A database that scripts can be run on. One value serves many files, also at the same time.
public protocol Engine: Sendable {
    /// What `skipif` and `onlyif` call it; compared without regard to case.
    var name: String { get }

    /// Opens a connection to a database that has nothing in it.
    func connect() throws(SQLLogicTestError) -> any EngineConnection
}

/// A connection to one database, used by one thread at a time. It ends with its last reference.
public protocol EngineConnection: AnyObject {
    /// Runs all statements in `sql`.
    /// - Parameter sql: UTF-8, with a NUL behind the last byte, which is not counted.
    /// - Returns: nil if all went well, and otherwise the engine's own words.
    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> String?

    /// Runs the first statement in `sql` and writes its rows, formatted by the rules of `types`, into `result`, which
    /// is empty, and whose `columns` it sets.
    /// - Parameters:
    ///   - sql: UTF-8, with a NUL behind the last byte, which is not counted.
    ///   - types: one of `T`, `I`, `R` for each column.
    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>,
               into result: inout ResultTable) -> QueryOutcome
}

/// How a query went. An error after the first row is none: the rows so far are its result.
public enum QueryOutcome: Sendable, Equatable {
    case rows
    /// The statement was refused; the engine's own words.
    case failed(String)
    /// The statement was not run, since it has another number of columns than the script gives types.
    case columnCount(Int)
}
