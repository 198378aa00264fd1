/// A database that stays when its script is over.
package struct LeftDatabase: Sendable, Codable, Equatable {
    /// A command for a shell that opens it.
    package var open: String
    /// What is not as the script has left it.
    package var note: String?

    package init(open: String, note: String? = nil) {
        self.open = open
        self.note = note
    }
}

/// A database that can stay where it is.
protocol LastingDatabase: EngineDatabase {
    /// Bytes that it has; nil where the engine does not say.
    var size: Int? { get }

    /// Leaves it there when its last reference goes.
    /// - Parameter owner: whose it is from now on, in the engine's own notes; nil is nobody's.
    func stay(owner: String?) throws(SQLLogicTestError) -> LeftDatabase
}

/// A connection that says whether a transaction is open on it.
protocol TransactionalConnection: EngineConnection {
    var isInTransaction: Bool { get }
}

/// A connection whose database can be written into a file, as the connection sees it.
protocol CopyableConnection: TransactionalConnection {
    /// Bytes of the database; nil where the engine does not say.
    var size: Int? { get }

    /// - Parameter limit: bytes that it may have; `Int.max` also allows a size that nobody knows.
    /// - Returns: whether an open transaction had to be rolled back for it.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if it is larger or cannot be had, ``SQLLogicTestError/Code/unwritable``.
    func copyDatabase(to path: String, limit: Int) throws(SQLLogicTestError) -> Bool
}
