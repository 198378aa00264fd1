/// An engine that runs whole files itself, such as a program that reads them. It has no databases that others could use.
package protocol FileEngine: Engine {
    /// Runs the file at `path`, in the folder that the process is in.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if it cannot be started.
    func verdict(on path: String) throws(SQLLogicTestError) -> FileVerdict
}

extension FileEngine {
    package func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        throw SQLLogicTestError(.usage, "cannot run SQL: the engine is a program that runs files itself")
    }
}
