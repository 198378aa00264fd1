/// A database that one file has for itself. It is removed with its last reference; its connections hold one.
public protocol EngineDatabase: AnyObject {
    /// What `$__DATABASE__` of sqllogictest-rs's dialect stands for.
    var name: String { get }

    /// Opens a connection; several may be open at once.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if the engine refuses it.
    func connect() throws(SQLLogicTestError) -> any EngineConnection

    /// Opens the only connection there will be, which may be faster. By default the same as ``connect()``.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if the engine refuses it.
    func connectExclusively() throws(SQLLogicTestError) -> any EngineConnection
}

extension EngineDatabase {
    public func connectExclusively() throws(SQLLogicTestError) -> any EngineConnection { try connect() }
}
