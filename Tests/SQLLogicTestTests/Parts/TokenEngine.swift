@testable import SQLLogicTest

/// SQLite as an engine that does not say what a query would do.
struct TokenEngine: DiscerningEngine {
    let base: SQLiteEngine

    var name: String { base.name }
    var partsObstacle: String? { nil }
    var seesMeaning: Bool { false }
    var knowsTransactions: Bool { false }

    func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase { Database(try base.makeDatabase(for: file)) }

    private final class Database: EngineDatabase {
        private let base: any EngineDatabase
        var name: String { base.name }

        init(_ base: any EngineDatabase) { self.base = base }

        func connect() throws(SQLLogicTestError) -> any EngineConnection { Connection(try base.connect()) }
    }

    private final class Connection: DiscerningConnection {
        private let base: any EngineConnection

        init(_ base: any EngineConnection) { self.base = base }

        func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? { base.execute(sql) }

        func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> QueryOutcome {
            base.query(sql, types: types, into: &result)
        }

        func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome { base.run(sql, into: &result) }

        func isHarmless(_ sql: UnsafeBufferPointer<UInt8>) -> Bool { HarmlessQuery.holds(sql, rules: [.sqlite]) }
    }
}
