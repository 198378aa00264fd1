/// The words with which SQL begins that may only read: `SELECT`, `VALUES`, and `WITH` before one of them.
enum QueryWord {
    private static let words: [StaticString] = ["select", "values", "with"]

    /// Whether `sql` begins with one of them.
    static func begins(_ sql: UnsafeBufferPointer<UInt8>) -> Bool {
        // Most SQL does so at once. What else begins with a comment or blanks.
        if words.contains(where: { stands($0, at: 0, in: sql) }) { return true }
        var lexer = SQLLexer(sql)
        while let (kind, bytes) = lexer.next() {
            if kind == .word { return words.contains { stands($0, at: bytes.startIndex, in: sql) } }
            if kind != .blank { return false }
        }
        return false
    }

    /// Whether anything but blanks, comments and semicolons comes from `start` on.
    static func hasMore(_ sql: UnsafeBufferPointer<UInt8>, behind start: Int) -> Bool {
        guard start < sql.count else { return false }
        var lexer = SQLLexer(UnsafeBufferPointer(rebasing: sql[start...]), rules: .sqlite)
        while let (kind, bytes) = lexer.next() {
            if kind != .blank, bytes.first != UInt8(ascii: ";") { return true }
        }
        return false
    }

    private static func stands(_ word: StaticString, at start: Int, in sql: UnsafeBufferPointer<UInt8>) -> Bool {
        let end = start + word.utf8CodeUnitCount
        guard end <= sql.count, end == sql.count || !SQLLexer.isWordByte(sql[end]) else { return false }
        for index in start..<end where sql[index] | 0x20 != word.utf8Start[index - start] { return false }
        return true
    }
}
