/// A kind of database that scripts can be run on. One value serves many files, also at the same time.
///
/// To run scripts on a database of your own, implement this protocol, ``EngineDatabase`` and ``EngineConnection``.
public protocol Engine: Sendable {
    /// What `skipif` and `onlyif` of SQLite's dialect call it; compared without regard to case.
    var name: String { get }

    /// What `skipif` and `onlyif` of sqllogictest-rs's dialect call it; compared exactly. By default ``name`` in lower case.
    var label: String { get }

    /// Makes an empty database for one file.
    /// - Parameter file: the script's path; part of the database's name where that helps people.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there can be none.
    func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase

    /// Opens the database at `path`, or makes one there. It stays there afterwards.
    /// - Returns: nil if this engine has no databases at paths, which is the default.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if it cannot be opened.
    func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)?

    /// Removes a database that ``makeDatabase(for:)`` has made in a process that has ended, and ends the sessions that use it.
    /// By default nothing: such a database went with the process.
    func discard(database name: String)

    /// Finds out at little cost whether scripts can be run on it. By default they can.
    /// - Parameter afterLoss: whether a connection was just lost, so that a thorough look is worth its time.
    /// - Throws: ``SQLLogicTestError/Code/engine`` with the reason, and what to do.
    func check(afterLoss: Bool) throws(SQLLogicTestError)

    /// Whether a connection ended by itself since the last call. If so, a failure may say nothing about the script.
    /// By default false.
    func consumeLoss() -> Bool

    /// Whether several connections of one database may be used at the same time, each by one thread. By default they may.
    var allowsThreads: Bool { get }
}

extension Engine {
    public var label: String { name.lowercased() }

    public func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? { nil }

    public func discard(database name: String) {}

    public func check(afterLoss: Bool) throws(SQLLogicTestError) {}

    public func consumeLoss() -> Bool { false }

    public var allowsThreads: Bool { true }
}
