import Platform
import Synchronization

/// An engine that holds on to the database of the script that was run last, so that it can be looked at afterwards.
package struct HoldingEngine: Engine {
    private let base: any Engine
    /// What is held.
    package let held = HeldDatabase()

    package init(_ base: any Engine) { self.base = base }

    package var name: String { base.name }
    package var label: String { base.label }
    package var allowsThreads: Bool { base.allowsThreads }

    package func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        // A script that goes on with another database must not meet the former one.
        held.release()
        return held.hold(try base.makeDatabase(for: file))
    }

    package func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        held.release()
        return try base.openDatabase(at: path, isReadOnly: isReadOnly).map { held.hold($0) }
    }

    package func check(afterLoss: Bool) throws(SQLLogicTestError) { try base.check(afterLoss: afterLoss) }

    package func consumeLoss() -> Bool { base.consumeLoss() }

    package func discard(database name: String) { base.discard(database: name) }
}

/// A database, and the connection to it that was opened last. Threads of a script may open some at the same time.
package final class HeldDatabase: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private var database: (any EngineDatabase)?
    private var last: (any EngineConnection)?

    fileprivate func hold(_ database: any EngineDatabase) -> any EngineDatabase {
        lock.withLock { _ in self.database = database }
        return ObservedDatabase(database, self)
    }

    fileprivate func hold(_ connection: any EngineConnection) -> any EngineConnection {
        lock.withLock { _ in last = connection }
        return connection
    }

    /// Lets it go.
    package func release() {
        // Connections end before their database.
        lock.withLock { _ in last = nil }
        lock.withLock { _ in database = nil }
    }

    /// The connection that the script has opened last; a new one where it has opened none.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database, or the engine refuses a connection.
    package func connection() throws(SQLLogicTestError) -> any EngineConnection {
        if let last = lock.withLock({ _ in last }) { return last }
        guard let database = lock.withLock({ _ in database }) else { throw SQLLogicTestError(.engine, "there is no database: the script has made none") }
        return hold(try database.connect())
    }

    /// Leaves the database where it can be looked at, with what the script has done to it.
    /// - Parameters:
    ///   - path: of a file that is made for it, where the engine has no place for it.
    ///   - limit: bytes of that file.
    ///   - owner: who removes it from where the engine has it; nil is nobody.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if this engine has none that can stay, or why it cannot be had.
    package func keep(at path: String, limit: Int = .max, owner: String? = nil) throws(SQLLogicTestError) -> LeftDatabase {
        let connection = try connection()
        let isOpen = (connection as? any TransactionalConnection)?.isInTransaction == true
        if let lasting = lock.withLock({ _ in database }) as? any LastingDatabase {
            var left = try lasting.stay(owner: owner)
            if isOpen { left.note = (left.note.map { $0 + "; " } ?? "") + Self.rolledBack }
            return left
        }
        let copyable = try Self.copyable(connection)
        let isThere = lock.withLock { _ in database?.name } == path
        if isThere, !isOpen { return LeftDatabase(open: Self.opening(path)) }
        let place = isThere ? path + ".open" : path
        let isRolledBack = try copyable.copyDatabase(to: place, limit: limit)
        let note = isRolledBack ? Self.rolledBack : isOpen ? "the file ended inside a transaction: what it had changed is in there" : nil
        return LeftDatabase(open: Self.opening(place), note: note)
    }

    private static func copyable(_ connection: any EngineConnection) throws(SQLLogicTestError) -> any CopyableConnection {
        if let copyable = connection as? any CopyableConnection { return copyable }
        throw SQLLogicTestError(.engine, "this engine has no databases that can be kept")
    }

    /// Bytes of the database.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if it cannot be kept, or the engine does not say.
    package func size() throws(SQLLogicTestError) -> Int {
        let connection = try connection()
        let lasting = lock.withLock { _ in database } as? any LastingDatabase
        let size = if let lasting { lasting.size } else { try Self.copyable(connection).size }
        guard let size else { throw Self.unknownSize }
        return size
    }

    static let unknownSize = SQLLogicTestError(.engine, "the engine does not say how large the database is")

    private static let rolledBack = "the file ended inside a transaction, which is rolled back"

    /// Runs SQL of a person's.
    /// - Returns: for people: a line for each row, what changed, or the error, and what the engine said besides.
    /// - Throws: ``SQLLogicTestError/Code/engine`` if there is no database, or the engine refuses a connection.
    package func lines(answering sql: String) throws(SQLLogicTestError) -> [String] {
        let connection = try connection()
        var rows = ResultTable()
        let outcome = Array((sql + "\0").utf8).withUnsafeBufferPointer { connection.run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &rows) }
        switch outcome {
        case .failed(let failure): return connection.notices + ["error: \(failure.message)"]
        case .complete(let count): return connection.notices + (count > 0 ? ["ok, \(Human.count(count, "row"))"] : ["ok"])
        case .rows:
            // A value with line ends must not look like several rows.
            let values = rows.values(limit: 16 << 20).map { SafeText.line($0, limit: 1 << 20) }, width = max(1, rows.columns)
            return connection.notices + stride(from: 0, to: values.count, by: width).map { values[$0..<min($0 + width, values.count)].joined(separator: " | ") }
        }
    }

    /// The command that opens a file of SQLite's.
    package static func opening(_ path: String) -> String { "sqlite3 \(ShellWord.quoted(path))" }
}

/// Tells who holds its database of the connections to it.
private final class ObservedDatabase: EngineDatabase {
    private let base: any EngineDatabase
    private let holder: HeldDatabase

    init(_ base: any EngineDatabase, _ holder: HeldDatabase) {
        self.base = base
        self.holder = holder
    }

    var name: String { base.name }

    func connect() throws(SQLLogicTestError) -> any EngineConnection { holder.hold(try base.connect()) }

    func connectExclusively() throws(SQLLogicTestError) -> any EngineConnection { holder.hold(try base.connectExclusively()) }
}
