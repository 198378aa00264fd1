/// Ways to make a statement smaller: larger ones first.
struct SQLEdits {
    /// What is replaced, and by what.
    struct Edit {
        var range: Range<Int>
        var replacement: [SQLPieces.Piece] = []
    }

    private let sql: SQLPieces
    private let partners: [Int: Int]
    private var edits: [Edit] = []

    private static let clauses: Set<String> = [
        "from", "where", "group", "having", "order", "limit", "offset", "union", "except", "intersect", "values", "set", "on", "using", "returning", "window",
        "left", "inner", "cross", "natural", "full", "right", "join", "with", "then", "else", "when", "over", "filter", "default", "references", "primary", "unique", "check", "collate",
    ]
    private static let compounds: Set<String> = ["union", "except", "intersect"]
    private static let connectives: Set<String> = ["and", "or", "not"]

    /// Of a longer statement only whole clauses and items are tried: there are too many of all others.
    private static let longest = 1000

    /// - Returns: those that leave out the most first. Two may come to the same.
    static func all(of sql: SQLPieces) -> [Edit] {
        var edits = SQLEdits(sql)
        edits.addLevel(sql.indices)
        if sql.pieces.count <= longest { edits.addReplacements() }
        let start = sql.pieces.count
        return edits.edits.filter { $0.range.count < start || !$0.replacement.isEmpty }
            .sorted { ($0.range.count - $0.replacement.count, $1.range.lowerBound) > ($1.range.count - $1.replacement.count, $0.range.lowerBound) }
    }

    private init(_ sql: SQLPieces) {
        self.sql = sql
        partners = sql.partners
    }

    private mutating func leaveOut(_ range: Range<Int>) { if !range.isEmpty { edits.append(Edit(range: range)) } }

    // MARK: What can be left out

    /// The pieces of one level of parentheses, and those below it.
    private mutating func addLevel(_ range: Range<Int>) {
        let units = self.units(range)
        addClauses(range, units)
        for unit in units where unit.count > 1 && sql[unit.lowerBound].isSymbol("(") { addLevel((unit.lowerBound + 1)..<(unit.upperBound - 1)) }
        // Neighbours, whatever they are.
        if sql.pieces.count > Self.longest { return }
        for width in [8, 6, 4, 3, 2, 1] where units.count > width || width == 1 {
            for index in units.indices where index + width <= units.count { leaveOut(units[index].lowerBound..<units[index + width - 1].upperBound) }
        }
    }

    /// Single pieces, and parentheses with all that is in them.
    private func units(_ range: Range<Int>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var at = range.lowerBound
        while at < range.upperBound {
            let end = (partners[at] ?? at) + 1
            result.append(at..<end)
            at = end
        }
        return result
    }

    private func isWord(_ unit: Range<Int>, in words: Set<String>) -> Bool { unit.count == 1 && sql[unit.lowerBound].kind == .word && words.contains(sql[unit.lowerBound].text) }

    private mutating func addClauses(_ range: Range<Int>, _ units: [Range<Int>]) {
        let starts = units.filter { isWord($0, in: Self.clauses) }.map(\.lowerBound)
        for (start, next) in zip(starts, starts.dropFirst() + [range.upperBound]) { leaveOut(start..<next) }
        // From a clause to the end, and the parts of a compound.
        for start in starts.dropFirst() { leaveOut(start..<range.upperBound) }
        let compounds = units.filter { isWord($0, in: Self.compounds) }.map(\.lowerBound)
        for (start, next) in zip(compounds, compounds.dropFirst() + [range.upperBound]) {
            leaveOut(start..<next)
            leaveOut(range.lowerBound..<min(sql[start].text == "union" && start + 1 < next && sql[start + 1].isWord("all") ? start + 2 : start + 1, next))
        }
        var segment = range.lowerBound
        for end in starts + [range.upperBound] {
            addItems(segment..<end)
            segment = end + 1
        }
    }

    /// Items of a list, and operands of AND and OR, within a clause.
    private mutating func addItems(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let items = sql.items(in: range, partners)
        if items.count > 1 {
            for index in items.indices { leaveOut(SQLPieces.withComma(items, index)) }
            if items.count > 2 {
                let half = items.count / 2
                leaveOut(items[0].lowerBound..<items[half].lowerBound)
                leaveOut(items[half - 1].upperBound..<items[items.count - 1].upperBound)
            }
        }
        let words = units(range).filter { isWord($0, in: Self.connectives) }.map(\.lowerBound)
        for (index, word) in words.enumerated() {
            leaveOut(word..<(words.indices.contains(index + 1) ? words[index + 1] : range.upperBound))
            leaveOut((index > 0 ? words[index - 1] + 1 : range.lowerBound)..<(word + 1))
        }
    }

    // MARK: What can stand for something

    private static func piece(_ text: StaticString, _ kind: SQLLexer.Kind) -> SQLPieces.Piece {
        SQLPieces.Piece(kind: kind, bytes: Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)), isApart: true)
    }

    private mutating func addReplacements() {
        let constants = [Self.piece("1", .number), Self.piece("0", .number), Self.piece("NULL", .word)]
        for (open, close) in partners {
            let inner = Array(sql.pieces[(open + 1)..<close])
            let isCall = open > 0 && [.word, .name].contains(sql[open - 1].kind) && !Self.clauses.contains(sql[open - 1].text) && !Self.connectives.contains(sql[open - 1].text)
            let start = isCall ? open - 1 : open
            if !inner.isEmpty {
                edits.append(Edit(range: open..<(close + 1), replacement: inner))
                if isCall { edits.append(Edit(range: start..<(close + 1), replacement: inner)) }
            }
            for constant in constants { edits.append(Edit(range: start..<(close + 1), replacement: [constant])) }
        }
        addCases(constants)
        for (index, piece) in sql.pieces.enumerated() {
            switch piece.kind {
            case .number where piece.bytes.count > 1:
                for constant in constants.prefix(2) { edits.append(Edit(range: index..<(index + 1), replacement: [constant])) }
            case .text where piece.bytes.count > 3:
                edits.append(Edit(range: index..<(index + 1), replacement: [Self.piece("''", .text)]))
                edits.append(Edit(range: index..<(index + 1), replacement: [Self.piece("'a'", .text)]))
            case .word where index > 0 && !Self.clauses.contains(piece.text) && piece.text != "select":
                // `a + b` and the like: the operand alone is tried as a neighbour; here as a constant.
                if piece.text != "null", piece.text.count > 1 { edits.append(Edit(range: index..<(index + 1), replacement: [constants[0]])) }
            default: break
            }
        }
    }

    /// `CASE … END` as a constant, and as one of its values.
    private mutating func addCases(_ constants: [SQLPieces.Piece]) {
        var open: [Int] = []
        for index in sql.indices {
            if sql[index].isWord("case") { open.append(index) }
            guard sql[index].isWord("end"), let start = open.popLast() else { continue }
            for constant in constants { edits.append(Edit(range: start..<(index + 1), replacement: [constant])) }
            for at in (start + 1)..<index where sql[at].isWord("then") || sql[at].isWord("else") {
                let end = ((at + 1)..<index).first { sql[$0].isWord("when") || sql[$0].isWord("else") } ?? index
                if end > at + 1 { edits.append(Edit(range: start..<(index + 1), replacement: Array(sql.pieces[(at + 1)..<end]))) }
            }
        }
    }
}
