/// The lists of results of a query, one for each part of a compound, outside of parentheses.
struct SelectLists {
    private let sql: SQLPieces
    private let lists: [[Range<Int>]]

    private static let ends: Set<String> = ["from", "where", "group", "having", "order", "limit", "union", "except", "intersect", "window"]

    /// - Parameter columns: of the result.
    /// - Returns: nil where a list has another number of items, as `*`.
    init?(_ sql: SQLPieces, columns: Int) {
        let partners = sql.partners
        var lists: [[Range<Int>]] = []
        var at = 0
        while at < sql.pieces.count {
            if sql[at].isWord("select") {
                var start = at + 1
                if start < sql.pieces.count, sql[start].isWord("distinct") || sql[start].isWord("all") { start += 1 }
                var end = start
                while end < sql.pieces.count, !(sql[end].kind == .word && Self.ends.contains(sql[end].text)) { end = (partners[end] ?? end) + 1 }
                lists.append(sql.items(in: start..<min(end, sql.pieces.count), partners))
                at = end
            } else {
                at = (partners[at] ?? at) + 1
            }
        }
        guard !lists.isEmpty, lists.allSatisfy({ $0.count == columns }) else { return nil }
        self.sql = sql
        self.lists = lists
    }

    /// Without the item at `index` in each list.
    func without(_ index: Int) -> SQLPieces {
        var copy = sql
        for items in lists.reversed() { copy = copy.replacing(SQLPieces.withComma(items, index)) }
        return copy
    }
}
