/// The rows of an `INSERT … VALUES (…), (…)`, and the names of their columns.
struct InsertedRows {
    let sql: SQLPieces
    /// In lower case, without quotes.
    let table: String
    /// Pieces of each name in the list of columns; empty without such a list.
    let columns: [Range<Int>]
    /// From `(` to behind `)`.
    let rows: [Range<Int>]
    /// The values of each row.
    let values: [[Range<Int>]]

    /// - Returns: nil for other statements.
    init?(_ sql: SQLPieces) {
        guard let first = sql.pieces.first, first.isWord("insert") || first.isWord("replace"),
              let into = sql.indices.first(where: { sql[$0].isWord("into") }), into + 1 < sql.pieces.count else { return nil }
        let partners = sql.partners
        var at = into + 1
        while at + 2 < sql.pieces.count, sql[at + 1].isSymbol(".") { at += 2 }
        table = SQLPieces.name(sql[at])
        at += 1
        var columns: [Range<Int>] = []
        if at < sql.pieces.count, sql[at].isSymbol("("), let end = partners[at] {
            columns = sql.items(in: (at + 1)..<end, partners)
            at = end + 1
        }
        guard at < sql.pieces.count, sql[at].isWord("values") else { return nil }
        at += 1
        var rows: [Range<Int>] = []
        while at < sql.pieces.count, sql[at].isSymbol("("), let end = partners[at] {
            rows.append(at..<(end + 1))
            at = end + 1
            guard at < sql.pieces.count, sql[at].isSymbol(",") else { break }
            at += 1
        }
        guard !rows.isEmpty else { return nil }
        self.sql = sql
        self.columns = columns
        self.rows = rows
        values = rows.map { sql.items(in: ($0.lowerBound + 1)..<($0.upperBound - 1), partners) }
    }

    /// With only some of the rows.
    func keeping(_ kept: [Int]) -> SQLPieces? {
        guard let first = rows.first, let last = rows.last, !kept.isEmpty else { return nil }
        return sql.replacing(first.lowerBound..<last.upperBound, by: SQLPieces.list(kept.map { Array(sql.pieces[rows[$0]]) }))
    }

    /// With the rows of another statement behind its own; nil where they differ in more than their rows.
    func joined(with other: InsertedRows) -> SQLPieces? {
        guard let first = rows.first, let last = rows.last, let otherFirst = other.rows.first, let otherLast = other.rows.last,
              sql.pieces[..<first.lowerBound] == other.sql.pieces[..<otherFirst.lowerBound],
              sql.pieces[last.upperBound...] == other.sql.pieces[otherLast.upperBound...] else { return nil }
        return sql.replacing(first.lowerBound..<last.upperBound, by: SQLPieces.list((rows.map { Array(sql.pieces[$0]) } + other.rows.map { Array(other.sql.pieces[$0]) })))
    }

    /// Without the column at `index`; nil where a row has no such value, or it is the only one.
    func withoutColumn(_ index: Int) -> SQLPieces? {
        guard columns.isEmpty || columns.indices.contains(index), values.allSatisfy({ $0.count > 1 && $0.indices.contains(index) }) else { return nil }
        var copy = sql
        for values in values.reversed() { copy = copy.replacing(SQLPieces.withComma(values, index)) }
        return columns.isEmpty ? copy : copy.replacing(SQLPieces.withComma(columns, index))
    }
}

extension SQLPieces {
    /// What a piece names: in lower case, without quotes.
    static func name(_ piece: Piece) -> String {
        piece.kind == .name || piece.kind == .text ? String(decoding: piece.bytes.dropFirst().dropLast().map(ASCII.lowercased), as: UTF8.self) : piece.text
    }

    /// The parts between the commas of `range` that stand in no inner parentheses.
    func items(in range: Range<Int>, _ partners: [Int: Int]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var (start, at) = (range.lowerBound, range.lowerBound)
        while at < range.upperBound {
            if pieces[at].isSymbol(","), at > start {
                result.append(start..<at)
                start = at + 1
            }
            at = (partners[at] ?? at) + 1
        }
        return start < range.upperBound ? result + [start..<range.upperBound] : result
    }

    /// An item with the comma that goes with it.
    static func withComma(_ items: [Range<Int>], _ index: Int) -> Range<Int> {
        if index > 0 { return items[index - 1].upperBound..<items[index].upperBound }
        return items.count > 1 ? items[0].lowerBound..<items[1].lowerBound : items[0]
    }

    /// Items with commas between them.
    static func list(_ items: [[Piece]]) -> [Piece] {
        var result: [Piece] = []
        for item in items {
            if !result.isEmpty { result.append(Piece(kind: .symbol, bytes: [UInt8(ascii: ",")], isApart: false)) }
            result += item
        }
        return result
    }
}
