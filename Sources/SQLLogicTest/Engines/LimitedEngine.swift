/// An engine whose statements end at a limit of time.
package struct LimitedEngine: Engine {
    private let base: any Engine
    private let limit: RecordLimit

    package init(_ base: any Engine, _ limit: RecordLimit) {
        self.base = base
        self.limit = limit
    }

    package var name: String { base.name }
    package var label: String { base.label }
    package var allowsThreads: Bool { base.allowsThreads }

    package func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase {
        LimitedDatabase(try base.makeDatabase(for: file), limit)
    }

    package func openDatabase(at path: String, isReadOnly: Bool) throws(SQLLogicTestError) -> (any EngineDatabase)? {
        try base.openDatabase(at: path, isReadOnly: isReadOnly).map { LimitedDatabase($0, limit) }
    }

    package func check(afterLoss: Bool) throws(SQLLogicTestError) { try base.check(afterLoss: afterLoss) }

    package func consumeLoss() -> Bool { base.consumeLoss() }

    package func discard(database name: String) { base.discard(database: name) }
}

private final class LimitedDatabase: EngineDatabase {
    private let base: any EngineDatabase
    private let limit: RecordLimit

    init(_ base: any EngineDatabase, _ limit: RecordLimit) {
        self.base = base
        self.limit = limit
    }

    var name: String { base.name }

    func connect() throws(SQLLogicTestError) -> any EngineConnection { try LimitedConnection(base.connect(), of: base, limit) }

    func connectExclusively() throws(SQLLogicTestError) -> any EngineConnection { try LimitedConnection(base.connectExclusively(), of: base, limit) }
}

/// A connection whose statements end at a limit of time; such a failure has an ``EngineFailure/interruption``.
final class LimitedConnection: EngineConnection {
    /// The connection itself; another one after a program had to be started again.
    private(set) var base: any InterruptibleConnection
    private let database: any EngineDatabase
    private let limit: RecordLimit
    private let watch: StatementWatch
    /// Whether the SQL so far has left a transaction open, for connections that do not know.
    private var seemsInTransaction = false

    /// - Parameter database: makes another connection in the place of one that had to be ended.
    /// - Throws: ``SQLLogicTestError/Code/usage`` where the engine's statements cannot be ended.
    init(_ base: any EngineConnection, of database: any EngineDatabase, _ limit: RecordLimit) throws(SQLLogicTestError) {
        guard let base = base as? any InterruptibleConnection else {
            throw SQLLogicTestError(.usage, "cannot limit the time of a record: statements of this engine cannot be interrupted")
        }
        try base.prepareForInterrupts()
        self.base = base
        self.database = database
        self.limit = limit
        watch = try StatementWatch(base, limit: limit.seconds)
    }

    var notices: [String] { base.notices }
    var columnTypes: [String] { base.columnTypes }

    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? {
        let hadTransaction = begin()
        return end(base.execute(sql), sql, hadTransaction)
    }

    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> QueryOutcome {
        let hadTransaction = begin()
        let outcome = base.query(sql, types: types, into: &result)
        var failure: EngineFailure?
        if case .failed(let refusal) = outcome { failure = refusal }
        return end(failure, sql, hadTransaction).map { .failed($0) } ?? outcome
    }

    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome {
        let hadTransaction = begin()
        let outcome = base.run(sql, into: &result)
        var failure: EngineFailure?
        if case .failed(let refusal) = outcome { failure = refusal }
        return end(failure, sql, hadTransaction).map { .failed($0) } ?? outcome
    }

    /// - Returns: whether a transaction is open.
    private func begin() -> Bool {
        let hasTransaction = base.hasTransaction ?? seemsInTransaction
        watch.begin()
        return hasTransaction
    }

    /// - Returns: what is wrong with the statement, if something is. One that made it just in time has done what it must.
    private func end(_ failure: EngineFailure?, _ sql: UnsafeBufferPointer<UInt8>, _ hadTransaction: Bool) -> EngineFailure? {
        let isInterrupted = watch.end()
        guard let failure else {
            if base.hasTransaction == nil { noteTransaction(sql) }
            return nil
        }
        return isInterrupted ? interrupted(hadTransaction) : failure
    }

    private func noteTransaction(_ sql: UnsafeBufferPointer<UInt8>) {
        switch SQLToken.firstWord(of: sql) {
        case "begin", "start": seemsInTransaction = true
        case "commit", "end", "rollback", "abort": seemsInTransaction = false
        default: break
        }
    }

    private func interrupted(_ hadTransaction: Bool) -> EngineFailure {
        var failure = EngineFailure(limit.words)
        var interruption = Interruption(rolledBack: hadTransaction && base.hasTransaction != true)
        if base.endsWhenInterrupted {
            seemsInTransaction = false
            interruption.lostDatabase = !limit.isPersistent || !startAgain()
            if interruption.lostDatabase { failure.message += "; the engine's program was ended, and its database with it" }
        }
        failure.interruption = interruption
        return failure
    }

    private func startAgain() -> Bool {
        guard let again = try? database.connect() as? any InterruptibleConnection, (try? again.prepareForInterrupts()) != nil else { return false }
        watch.watch(again)
        base = again
        return true
    }
}
