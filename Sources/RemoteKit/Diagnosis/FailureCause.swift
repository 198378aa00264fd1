public import AgentProtocol

/// A cause of failures: groups of them that come down to the same few statements.
public struct FailureCause: Sendable {
    /// What is left of one of the failures; `nil` where it could not be reduced, and ``problem`` says why.
    public let reduced: ReducedFile?
    /// Why it could not be reduced.
    public let problem: String?
    /// The failure that was reduced.
    public let representative: SimilarFailures.Member
    /// All failures of this cause.
    public internal(set) var members: [SimilarFailures.Member]

    /// Adds what one group came to, where a cause before has the same statements but for names and values.
    static func add(_ cause: FailureCause, to causes: inout [FailureCause]) {
        let shape = cause.reduced.map { StatementShape.of($0) }
        if let shape, let place = causes.firstIndex(where: { $0.reduced.map { StatementShape.of($0) } == shape }) {
            causes[place].members += cause.members
        } else {
            causes.append(cause)
        }
    }
}

/// Statements without names and values.
enum StatementShape {
    static func of(_ reduced: ReducedFile) -> [String] {
        [reduced.reason] + reduced.sql.split(separator: "\n").filter { !$0.hasPrefix("--") }.map { shape($0) }
    }

    private static func shape(_ statement: Substring) -> String {
        let calls = Set(SQLNames.words(of: String(statement)).filter(\.isCall).map(\.text))
        var names: [String: Int] = [:]
        var result = "", word = "", isText = false
        func end() {
            guard !word.isEmpty else { return }
            defer { word = "" }
            let lower = word.lowercased()
            if word.first?.isNumber == true { result += "#" }
            else if keywords.contains(lower) || calls.contains(lower) { result += lower }
            else {
                names[lower] = names[lower] ?? names.count
                result += "n\(names[lower] ?? 0)"
            }
        }
        for character in statement {
            if character == "'" {
                end()
                isText.toggle()
                if isText { result += "'" }
            } else if isText {
                continue
            } else if character.isLetter || character.isNumber || character == "_" || (character == "." && word.first?.isNumber == true) {
                word.append(character)
            } else {
                end()
                if !character.isWhitespace { result.append(character) } else if result.last != " " { result.append(" ") }
            }
        }
        end()
        return result
    }

    private static let keywords: Set<String> = [
        "select", "from", "where", "and", "or", "not", "in", "is", "null", "between", "like", "exists", "case", "when", "then", "else", "end", "cast", "as", "distinct", "all", "group", "by", "having",
        "order", "asc", "desc", "limit", "offset", "union", "except", "intersect", "join", "left", "inner", "outer", "cross", "natural", "on", "using", "create", "table", "view", "index", "unique",
        "trigger", "insert", "into", "values", "update", "set", "delete", "drop", "replace", "primary", "key", "integer", "int", "text", "real", "float", "count", "sum", "avg", "min", "max", "total",
        "coalesce", "nullif", "abs", "collate", "begin", "commit", "rollback", "pragma", "default", "check", "references", "if",
    ]
}
