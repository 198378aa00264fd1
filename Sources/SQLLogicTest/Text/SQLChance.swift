/// What lets the same SQL give another result each time.
package enum SQLChance: String, Sendable, Codable {
    case clock
    case random = "random numbers"
    /// What the machine or the server has besides the data.
    case surroundings

    /// The first one; nil where the result depends on the data alone, as far as tokens tell.
    static func first(in sql: UnsafeBufferPointer<UInt8>) -> SQLChance? {
        guard filter.mayFind(in: sql) else { return nil }
        let tokens = SQLToken.all(in: sql)
        for (index, token) in tokens.enumerated() where token.kind == .word || token.kind == .name {
            if words.contains(token.text) { return .clock }
            guard index + 1 < tokens.count else { continue }
            if tokens[index + 1].isSymbol("(") {
                if clocks.contains(token.text) { return .clock }
                if numbers.contains(token.text) { return .random }
                if others.contains(token.text) { return .surroundings }
            }
            // A sample of a table.
            if token.text == "tablesample" || (token.text == "using" && tokens[index + 1].text == "sample") { return .random }
        }
        return nil
    }

    private static let words: Set<String> = ["current_timestamp", "current_date", "current_time", "localtimestamp", "localtime", "sysdate", "utc_timestamp"]

    /// SQLite's may be called with `now`, or without anything.
    private static let clocks: Set<String> = [
        "date", "time", "datetime", "julianday", "strftime", "unixepoch", "timediff", "now", "today", "getdate", "clock_timestamp",
        "statement_timestamp", "transaction_timestamp", "timeofday", "get_current_timestamp", "get_current_time", "age", "curdate", "curtime",
    ]

    private static let numbers: Set<String> = ["random", "randomblob", "rand", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "newid", "random_normal"]

    private static let others: Set<String> = ["getenv", "pg_backend_pid", "inet_server_addr", "version", "txid_current", "current_setting"]

    private static let filter = WordFilter(words.union(clocks).union(numbers).union(others).union(["tablesample", "sample"]))
}
