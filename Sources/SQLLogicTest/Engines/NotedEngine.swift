/// An engine that tells the name of each database it makes, for others to discard should this process end.
public struct NotedEngine: Engine {
    private let base: any Engine
    private let note: @Sendable (String) -> Void

    public init(_ base: any Engine, note: @escaping @Sendable (String) -> Void) {
        self.base = base
        self.note = note
    }

    public var name: String { base.name }
    public var label: String { base.label }
    public var allowsThreads: Bool { base.allowsThreads }

    public func open(file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        let database = try base.open(file: file)
        note(database.name)
        return database
    }

    public func open(path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        try base.open(path: path, isReadOnly: isReadOnly)
    }

    public func discard(database name: String) { base.discard(database: name) }
}
