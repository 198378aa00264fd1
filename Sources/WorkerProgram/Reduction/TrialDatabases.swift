import SQLLogicTest
import Synchronization

/// Databases of tries that outlive their processes: those that the next try in the same place uses again, and those that nobody has dropped. They
/// go with the last reference.
final class TrialDatabases: Sendable {
    private let engine: any Engine
    private let board: LocalBoard
    private let names = Mutex<[Int: String]>([:])

    /// - Parameter board: has the name of each try's database, should its process be ended.
    init(_ engine: any Engine, board: LocalBoard) {
        self.engine = engine
        self.board = board
    }

    deinit { for name in names.withLock({ $0 }).values { engine.discard(database: name) } }

    /// An empty one that stays for the next try; nil where the engine has none, or the candidate may do more to it than can be taken back. Of a
    /// process that the try has for itself.
    func make(for candidate: ReductionCandidate, _ slot: Int) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        guard let engine = engine as? any RecyclingEngine, candidate.records.allSatisfy({ TableSQL.holds($0.sql) }) else { return nil }
        let database = try engine.makeLastingDatabase(emptying: names.withLock { $0[slot] })
        board.setDatabase(slot, database.name)
        return database
    }

    /// Keeps what a try has left for the next one, and removes what one has left that was ended.
    /// - Parameter name: what the process says that it has left.
    func settle(_ slot: Int, leaving name: String?) {
        if let name { return names.withLock { $0[slot] = name } }
        let left = board.database(slot)
        if !left.isEmpty { engine.discard(database: left) }
    }
}
