/// Connections to fresh databases of the engine under test and of the reference, and what was run on them.
package final class TrialConnections {
    let engine: any EngineConnection
    let reference: (any EngineConnection)?
    /// The database of the engine under test.
    let database: any EngineDatabase

    /// - Parameter database: an empty one of the engine's; nil makes one.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    package init(_ engines: TrialEngines, on database: (any EngineDatabase)? = nil) throws(SQLLogicTestError) {
        self.database = if let database { database } else { try engines.engine.makeDatabase(for: "reduce") }
        engine = try self.database.connectExclusively()
        reference = try engines.reference?.makeDatabase(for: "reduce").connectExclusively()
    }
}

/// The engines that a candidate is run on.
package struct TrialEngines: Sendable {
    package var engine: any Engine
    /// Says what is right; nil where nobody does.
    package var reference: (any Engine)?

    package init(engine: any Engine, reference: (any Engine)?) {
        self.engine = engine
        self.reference = reference
    }
}
