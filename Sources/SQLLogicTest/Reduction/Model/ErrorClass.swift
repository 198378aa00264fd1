/// What the words of an error say, whatever the names and numbers in them.
package struct ErrorClass: Sendable, Codable {
    /// Words of the file that name something, in lower case: they are others in another file with the same fault.
    private let names: Set<String>

    /// - Parameter records: whose names do not count.
    package init(_ records: some Sequence<ReductionRecord>) {
        var names: Set<String> = []
        for record in records {
            for token in record.sql.withUnsafeBufferPointer({ SQLToken.all(in: $0) }) where token.canName && !Self.plain.contains(token.text) {
                names.insert(token.text)
            }
        }
        self.names = names
    }

    /// Words that messages are made of, even where a script uses them as names.
    private static let plain: Set<String> = [
        "no", "such", "table", "column", "function", "error", "syntax", "near", "constraint", "failed", "unique", "check", "not", "null", "foreign", "key", "in", "of",
        "is", "the", "a", "an", "for", "to", "as", "and", "or", "type", "value", "values", "index", "view", "trigger", "primary", "order", "by", "group", "select",
        "aggregate", "misuse", "ambiguous", "integer", "overflow", "does", "exist", "exists", "already", "must", "datatype", "mismatch", "division", "zero", "out", "range",
    ]

    /// The class of a message.
    /// - Parameter sqlState: of an engine that has such codes; several errors share one.
    package func of(_ message: String, _ sqlState: String?) -> String {
        var words = [sqlState ?? ""].filter { !$0.isEmpty }
        for token in Array(message.utf8).withUnsafeBufferPointer({ SQLToken.all(in: $0) }) {
            switch token.kind {
            case .number: words.append("#")
            case .text, .name: words.append("?")
            case .word where names.contains(token.text): words.append("?")
            case .word, .symbol: words.append(token.text)
            case .blank: break
            }
        }
        return words.joined(separator: " ")
    }
}
