/// SQL as a list of pieces that can be left out or replaced: words, numbers, texts and signs, without comments.
struct SQLPieces: Hashable {
    struct Piece: Hashable {
        var kind: SQLLexer.Kind
        var bytes: [UInt8]
        /// Whether something blank stood before it.
        var isApart: Bool

        /// In lower case.
        var text: String { String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self) }

        func isSymbol(_ symbol: Unicode.Scalar) -> Bool { kind == .symbol && bytes == [UInt8(ascii: symbol)] }
        func isWord(_ word: String) -> Bool { kind == .word && text == word }
    }

    var pieces: [Piece]

    init(_ pieces: [Piece]) { self.pieces = pieces }

    init(_ sql: [UInt8]) {
        pieces = []
        var isApart = false
        sql.withUnsafeBufferPointer { buffer in
            var lexer = SQLLexer(buffer)
            while let (kind, bytes) = lexer.next() {
                if kind == .blank {
                    isApart = true
                } else if kind == .text, !isApart, let last = pieces.last, last.kind == .word, last.bytes.count == 1 {
                    // x'00' and the like are one.
                    pieces[pieces.count - 1] = Piece(kind: .text, bytes: last.bytes + bytes, isApart: last.isApart)
                } else {
                    pieces.append(Piece(kind: kind, bytes: Array(bytes), isApart: isApart && !pieces.isEmpty))
                    isApart = false
                }
            }
        }
        while let last = pieces.last, last.isSymbol(";") { pieces.removeLast() }
    }

    /// One line of SQL, with single spaces.
    var sql: [UInt8] {
        var result: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            let isBesideWord = index > 0 && piece.kind != .symbol && pieces[index - 1].kind != .symbol
            let isWithin = index > 0 && (pieces[index - 1].isSymbol("(") || piece.isSymbol(")") || piece.isSymbol(","))
            if index > 0, (piece.isApart && !isWithin) || isBesideWord { result.append(0x20) }
            result += piece.bytes
        }
        return result
    }

    subscript(_ index: Int) -> Piece { pieces[index] }
    var indices: Range<Int> { pieces.indices }

    /// With `range` replaced.
    func replacing(_ range: Range<Int>, by other: [Piece] = []) -> SQLPieces {
        var copy = pieces
        copy.replaceSubrange(range, with: other)
        // What is left side by side stays apart.
        if range.lowerBound < copy.count, range.lowerBound > 0 { copy[range.lowerBound].isApart = copy[range.lowerBound].isApart || pieces[range.lowerBound].isApart }
        return SQLPieces(copy)
    }

    /// For each `(` where its `)` stands.
    var partners: [Int: Int] {
        var open: [Int] = []
        var result: [Int: Int] = [:]
        for (index, piece) in pieces.enumerated() {
            if piece.isSymbol("(") { open.append(index) }
            if piece.isSymbol(")"), let start = open.popLast() { result[start] = index }
        }
        return result
    }
}
