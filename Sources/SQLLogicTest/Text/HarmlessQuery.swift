/// Tells from tokens alone that a query would change nothing: for engines that do not say what they would do. In doubt it would.
enum HarmlessQuery {
    /// - Parameter rules: what engines may take for a text or a name; the query has to be harmless under each.
    static func holds(_ sql: UnsafeBufferPointer<UInt8>, rules: [SQLLexer.Rules]) -> Bool {
        guard QueryWord.begins(sql), SQLChance.first(in: sql) == nil else { return false }
        return rules.allSatisfy { isHarmless(SQLToken.all(in: sql, rules: $0)) }
    }

    private static func isHarmless(_ tokens: [SQLToken]) -> Bool {
        // Another statement behind it would be run as well.
        if let end = tokens.firstIndex(where: { $0.isSymbol(";") }), end < tokens.count - 1 { return false }
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .word where changes.contains(token.text): return false
            case .text where clocks.contains(token.text): return false
            default: break
            }
            guard token.canName, index + 1 < tokens.count, tokens[index + 1].isSymbol("(") else { continue }
            guard token.kind != .text, PureFunctions.names.contains(token.text) || (token.kind == .word && others.contains(token.text)) else { return false }
        }
        return true
    }

    /// Words of queries that write, or that lock rows.
    private static let changes: Set<String> = ["insert", "update", "delete", "merge", "into", "for", "call", "copy", "set", "do"]

    /// Texts that PostgreSQL takes for a time.
    private static let clocks: Set<String> = ["now", "today", "tomorrow", "yesterday"]

    /// What else stands before a parenthesis, and functions that SQLite does not have.
    private static let others: Set<String> = [
        "select", "values", "from", "where", "and", "or", "not", "in", "exists", "any", "all", "some", "between", "like", "case", "when", "then", "else",
        "on", "using", "by", "having", "as", "over", "filter", "join", "union", "except", "intersect", "distinct", "limit", "offset", "row", "cast",
        "numeric", "decimal", "varchar", "character", "materialized", "within",
        "greatest", "least", "left", "right", "lpad", "rpad", "repeat", "reverse", "position", "div", "bool_and", "bool_or", "every", "array_agg", "generate_series",
    ]
}
