/// A kind of database that scripts can be run on. One value serves many files, also at the same time.
public protocol Engine: Sendable {
    /// What `skipif` and `onlyif` of SQLite's dialect call it; compared without regard to case.
    var name: String { get }

    /// What they call it in sqllogictest-rs's dialect; compared exactly.
    var label: String { get }

    /// Makes a database that has nothing in it, for one file.
    /// - Parameter file: what the database is for; part of its name where that helps people.
    func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase

    /// Opens the database that is kept at `path`, or makes one there, and leaves it there.
    /// - Returns: nil if this engine has no databases at paths.
    func open(path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)?

    /// Removes a database that `open` has made, by its name, and ends what it is busy with: the process that had it has gone.
    func discard(database name: String)

    /// Whether connections of one database may be used at the same time, each by one thread.
    var allowsThreads: Bool { get }
}

extension Engine {
    public var label: String { name.lowercased() }

    public func open(path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? { nil }

    public func discard(database name: String) {}

    public var allowsThreads: Bool { true }
}

/// A database that one file has for itself. It is removed with its last reference, after its connections.
public protocol EngineDatabase: AnyObject {
    /// What `$__DATABASE__` stands for.
    var name: String { get }

    /// Opens a connection; several may be open at once, all used by one thread.
    func connect() throws(SQLLogicTestError) -> any EngineConnection

    /// Opens the only connection there will be, which may be faster.
    func connectAlone() throws(SQLLogicTestError) -> any EngineConnection
}

extension EngineDatabase {
    public func connectAlone() throws(SQLLogicTestError) -> any EngineConnection { try connect() }
}

/// A connection to one database, used by one thread at a time. It ends with its last reference.
///
/// SQL is UTF-8, with a NUL behind the last byte, which is not counted.
public protocol EngineConnection: AnyObject {
    /// Runs all statements in `sql`.
    /// - Returns: nil if all went well.
    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure?

    /// Runs the first statement in `sql` and writes its rows, formatted by the rules of `types`, into `result`, which
    /// is empty, and whose `columns` it sets.
    /// - Parameter types: one of `T`, `I`, `R` for each column.
    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>,
               into result: inout ResultTable) -> QueryOutcome

    /// Runs `sql` whatever it is and writes its rows, as the engine itself shows values, into `result`, which is empty,
    /// and whose `columns` it sets: a null as `NULL`, a text without a byte as `(empty)`.
    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome

    /// What the engine said besides results and errors while the last SQL ran.
    var notices: [String] { get }

    /// The engine's names for the types of the columns that the last SQL gave; empty when it does not say.
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
    /// Five letters and digits, of engines that have them.
    public var sqlState: String?

    public init(_ message: String, sqlState: String? = nil) {
        self.message = message
        self.sqlState = sqlState
    }
}

/// How a query went. An error after the first row is none, unless it is want of memory: the rows so far are its result.
public enum QueryOutcome: Sendable, Equatable {
    case rows
    case failed(EngineFailure)
    /// The statement was not run, since it has another number of columns than the script gives types.
    case columnCount(Int)
}

/// How a statement of whatever kind went.
public enum StatementOutcome: Sendable, Equatable {
    /// It gave rows, possibly none; the engine said the types of so many columns.
    case rows(typedColumns: Int)
    /// It gave none; so many rows were changed.
    case complete(count: Int)
    case failed(EngineFailure)
}
