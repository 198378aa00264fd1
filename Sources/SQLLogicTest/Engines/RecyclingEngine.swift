/// An engine that can empty a database and use it again, which is quicker than making another one.
package protocol RecyclingEngine: Engine {
    /// Makes an empty database that stays until ``Engine/discard(database:)`` is told its name.
    /// - Parameter former: the name of one that this has made, and in which nobody made more than ``TableSQL`` can. It is emptied; one that
    ///   cannot be, or is not empty then, is removed, and another one is made.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database to be had.
    func makeLastingDatabase(emptying former: String?) throws(SQLLogicTestError) -> any EngineDatabase
}
