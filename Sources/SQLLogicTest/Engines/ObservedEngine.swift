/// An engine that tells the name of each database it makes, so that another process can discard it should this one be killed.
package struct ObservedEngine: Engine {
    /// The engine itself.
    package let base: any Engine
    private let onDatabase: @Sendable (String) -> Void

    /// - Parameter onDatabase: called with the name of each database right after it was made.
    package init(_ base: any Engine, onDatabase: @escaping @Sendable (String) -> Void) {
        self.base = base
        self.onDatabase = onDatabase
    }

    package var name: String { base.name }
    package var label: String { base.label }
    package var allowsThreads: Bool { base.allowsThreads }

    package func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        let database = try base.makeDatabase(for: file)
        onDatabase(database.name)
        return database
    }

    package func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        try base.openDatabase(at: path, isReadOnly: isReadOnly)
    }

    package func check(afterLoss: Bool) throws(SQLLogicTestError) { try base.check(afterLoss: afterLoss) }

    package func consumeLoss() -> Bool { base.consumeLoss() }

    package func discard(database name: String) { base.discard(database: name) }
}
