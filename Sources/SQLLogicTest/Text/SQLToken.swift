/// A token of SQL that is no blank, with its text in lower case and without quotes.
struct SQLToken: Equatable {
    var kind: SQLLexer.Kind
    var text: String

    /// Whether it can be the name of something; in SQLite a text can.
    var canName: Bool { kind == .word || kind == .name || kind == .text }

    func isSymbol(_ symbol: Character) -> Bool { kind == .symbol && text.first == symbol }

    static func all(in sql: UnsafeBufferPointer<UInt8>, rules: SQLLexer.Rules = .common) -> [SQLToken] {
        var tokens: [SQLToken] = []
        var lexer = SQLLexer(sql, rules: rules)
        while let (kind, bytes) = lexer.next() {
            switch kind {
            case .blank: break
            case .word, .number, .symbol: tokens.append(SQLToken(kind: kind, text: lowercased(bytes[...])))
            case .name, .text:
                // What a dollar quote holds is no name.
                let isShort = bytes.count > 1 && bytes.first != UInt8(ascii: "$")
                tokens.append(SQLToken(kind: kind, text: isShort ? lowercased(bytes.dropFirst().dropLast()) : ""))
            }
        }
        return tokens
    }

    /// The word with which SQL begins, in lower case; empty where it begins otherwise.
    static func firstWord(of sql: UnsafeBufferPointer<UInt8>) -> String {
        var lexer = SQLLexer(sql)
        while let (kind, bytes) = lexer.next() {
            if kind == .word { return lowercased(bytes) }
            if kind != .blank { return "" }
        }
        return ""
    }

    private static func lowercased(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self)
    }
}
