/// Which failures of a file follow from an earlier failed statement: what it would have made or changed is not as the script has it, and so
/// a later record that names it fails too.
struct Consequences {
    /// What is not as it should be, with the line of the statement that is to blame: not itself a consequence of another.
    private var roots: [StatementObjects.Object: Int] = [:]
    /// To blame for the last error: what aborts a transaction of PostgreSQL or DuckDB.
    private var lastError: Int?
    /// To blame for all that fails from now on: a transaction went with what was ended.
    private var undoneBy: Int?

    /// Whether nothing has failed so far that others could follow from.
    var isEmpty: Bool { roots.isEmpty }

    /// Notes a record that did not hold.
    /// - Parameters:
    ///   - line: of the record.
    ///   - category: of its failures.
    ///   - message: the engine's words, if it refused the SQL.
    ///   - rolledBack: whether a transaction went with it.
    /// - Returns: the line of the statement that it follows from; nil for a failure of its own.
    mutating func add(_ sql: UnsafeBufferPointer<UInt8>, line: Int, _ category: FailureCategory, message: String, rolledBack: Bool = false) -> Int? {
        let objects = StatementObjects(sql)
        let hasFailed = category == .unexpectedError || category == .wrongError || category == .timeout
        var cause = cause(objects.relations, objects.words)
        if cause == nil, hasFailed { cause = self.cause(in: message) }
        if cause == nil { cause = undoneBy }
        switch category {
        case .unexpectedError, .unexpectedSuccess, .timeout:
            for target in objects.targets where roots[target] == nil { roots[target] = cause ?? line }
        case .wrongRows, .rowOrder, .formatting, .columns, .wrongError, .script, .other: break
        }
        if hasFailed { lastError = cause ?? line }
        if rolledBack, undoneBy == nil { undoneBy = cause ?? line }
        return cause
    }

    /// The earliest statement to blame for what has these names. There may be a root for each record before this one, and a record names few objects.
    /// - Parameters:
    ///   - relations: names of tables and views.
    ///   - words: names of what else there is.
    private func cause(_ relations: Set<String>, _ words: Set<String>) -> Int? {
        (relations.compactMap { roots[StatementObjects.Object(name: $0, isRelation: true)] }
            + words.compactMap { roots[StatementObjects.Object(name: $0, isRelation: false)] }).min()
    }

    /// Objects of which the engine says that they are missing may stand in a view that the SQL names.
    private func cause(in message: String) -> Int? {
        let words = message.lowercased()
        if words.contains("transaction is aborted") { return lastError }
        guard words.contains("no such") || words.contains("not exist") else { return nil }
        let names = Set(Array(words.utf8).withUnsafeBufferPointer { SQLToken.all(in: $0) }.filter { $0.canName && !$0.text.isEmpty }.map(\.text))
        return cause(names, names)
    }

    /// Notes a statement that succeeded as it should. What it makes anew, or removes, is as the script has it again. Only for the time
    /// after a failure.
    mutating func succeeded(_ sql: UnsafeBufferPointer<UInt8>) {
        guard Self.isDefinition(sql) else { return }
        let objects = StatementObjects(sql)
        for object in objects.replaced { roots[object] = nil }
        // A view of what is not as it should be is not either, nor is a table that has got another name.
        guard let cause = cause(objects.relations, objects.words) else { return }
        for target in objects.targets where roots[target] == nil && !objects.isDrop { roots[target] = cause }
    }

    /// Most statements are none, and cost no more.
    private static func isDefinition(_ sql: UnsafeBufferPointer<UInt8>) -> Bool { ["create", "drop", "alter"].contains(SQLToken.firstWord(of: sql)) }
}
