/// A database file that stays after the run.
final class SQLiteFile<Calls: SQLiteCalls>: EngineDatabase {
    private let sqlite: Calls
    private let isReadOnly: Bool
    private let isConfined: Bool
    let name: String

    init(_ sqlite: Calls, path: String, isReadOnly: Bool, isConfined: Bool) {
        self.sqlite = sqlite
        self.isReadOnly = isReadOnly
        self.isConfined = isConfined
        name = path
    }

    func connect() throws(SQLLogicTestError) -> any EngineConnection {
        try SQLiteConnection(sqlite, path: name, isReadOnly: isReadOnly, isConfined: isConfined, owner: self)
    }
}
