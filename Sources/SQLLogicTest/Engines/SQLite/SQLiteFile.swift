/// A database file that stays after the run.
final class SQLiteFile<Calls: SQLiteCalls>: EngineDatabase {
    private let sqlite: Calls
    private let isReadOnly: Bool
    let name: String

    init(_ sqlite: Calls, path: String, isReadOnly: Bool) {
        self.sqlite = sqlite
        self.isReadOnly = isReadOnly
        name = path
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        try SQLiteConnection(sqlite, path: name, isReadOnly: isReadOnly, owner: self)
    }
}
