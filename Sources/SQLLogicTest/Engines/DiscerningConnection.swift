/// A connection that can tell, without running it, that a query would change nothing.
protocol DiscerningConnection: EngineConnection {
    /// Whether the first statement in `sql` only reads, what it gives depends on the data alone, and no transaction is open. In doubt it is
    /// false. It is told from the database as it is now: another one with the same history says the same.
    func isHarmless(_ sql: UnsafeBufferPointer<UInt8>) -> Bool
}

/// An engine whose connections may be ``DiscerningConnection``s.
protocol DiscerningEngine: Engine {
    /// Why its scripts cannot be run in parts; nil where they can.
    var partsObstacle: String? { get }
    /// Whether it sees what a query means, in the functions that it calls as well. Otherwise its tokens tell.
    var seesMeaning: Bool { get }
    /// Whether its connections know that a transaction is open.
    var knowsTransactions: Bool { get }
}
