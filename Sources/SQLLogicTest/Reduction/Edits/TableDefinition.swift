/// The columns of a `CREATE TABLE t (…)`.
struct TableDefinition {
    let sql: SQLPieces
    /// In lower case, without quotes.
    let table: String
    /// The definitions of columns, then those of constraints.
    private let items: [Range<Int>]
    /// In lower case, without quotes.
    let columns: [String]

    private static let constraints: Set<String> = ["primary", "unique", "check", "foreign", "constraint", "exclude", "like"]

    /// - Returns: nil for other statements.
    init?(_ sql: SQLPieces) {
        guard let first = sql.pieces.first, first.isWord("create"), let word = sql.indices.prefix(4).first(where: { sql[$0].isWord("table") }),
              let open = sql.indices.first(where: { sql[$0].isSymbol("(") }), open > word + 1, let end = sql.partners[open] else { return nil }
        self.sql = sql
        table = SQLPieces.name(sql[open - 1])
        items = sql.items(in: (open + 1)..<end, sql.partners)
        columns = items.map { sql[$0.lowerBound] }.prefix { $0.kind != .word || !Self.constraints.contains($0.text) }.map { SQLPieces.name($0) }
    }

    func withoutColumn(_ index: Int) -> SQLPieces? {
        guard columns.count > 1, columns.indices.contains(index) else { return nil }
        return sql.replacing(SQLPieces.withComma(items, index))
    }
}
