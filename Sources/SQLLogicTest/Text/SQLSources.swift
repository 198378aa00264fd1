/// Follows the tokens of a statement to tell where the name of a table may stand.
struct SQLSources {
    /// For each open parenthesis, whether it is the list of a FROM that is read.
    private var lists = [false]
    private var isNext = false

    private static let before: Set<String> = ["from", "join", "describe", "summarize", "pivot", "unpivot", "table", "using"]
    private static let behind: Set<String> = ["select", "where", "group", "order", "having", "limit", "on", "set", "values", "union", "except", "intersect", "window", "returning"]

    /// Whether this token, the next one of the statement, may be the name of a table.
    mutating func isSource(_ token: SQLToken) -> Bool {
        let isSource = isNext
        isNext = false
        if token.isSymbol("(") {
            // A list of tables may stand in parentheses.
            lists.append(isSource)
            isNext = isSource
        } else if token.isSymbol(")") {
            if lists.count > 1 { lists.removeLast() }
        } else if token.isSymbol(",") {
            isNext = lists[lists.count - 1]
        } else if token.kind == .word {
            if Self.before.contains(token.text) {
                lists[lists.count - 1] = token.text != "using"
                isNext = true
            } else if Self.behind.contains(token.text) {
                lists[lists.count - 1] = false
            }
        }
        return isSource
    }
}
