/// A record of a script in DuckDB's dialect, or a loop with all that it repeats.
indirect enum DuckNode {
    case record(DuckRecord)
    case loop(DuckLoop)
}

/// Where a record or a loop stands.
struct DuckPlace {
    var line: Int
    /// The script, when another one includes it.
    var file: String?
    /// The line of the script that was asked for: that of its `include`, or `line`.
    var mainLine: Int

    /// For a message.
    var shown: String { file.map { "\($0):\(line)" } ?? "line \(line)" }

    func failure(_ kind: Failure.Kind, _ message: String) -> Failure {
        var failure = Failure(kind: kind, line: line, message: message)
        failure.file = file
        return failure
    }
}

struct DuckRecord {
    var place: DuckPlace
    /// The tokens of the header.
    var words: [String]
    var conditions: [DuckCondition]
    /// The SQL of a statement or query; empty for other records.
    var sql: String = ""
    /// The lines below `----`.
    var expected: [String] = []
    var hasSeparator = false
}

struct DuckLoop {
    var place: DuckPlace
    /// More than one for tuples.
    var names: [String]
    /// What the names stand for, round by round.
    var values: [[String]] = []
    /// In place of values, for a loop over numbers.
    var numbers: Range<Int>?
    var conditions: [DuckCondition]
    var body: [DuckNode]
    /// The word that began it.
    var directive: String
    /// Why it cannot be run, if so.
    var unsupported: String?

    var rounds: Range<Int> { 0..<(numbers?.count ?? values.count) }

    func values(inRound round: Int) -> [String] { numbers.map { [String($0.lowerBound + round)] } ?? values[round] }

    var isConcurrent: Bool { directive.hasPrefix("concurrent") }
}

/// `skipif` or `onlyif`, with the name of an engine or comparisons of loop variables, such as `i=2&&j<3`.
struct DuckCondition {
    var isSkip: Bool
    var text: String

    func keepsOut(engine: String, variables: [String: String]) -> Bool { holds(engine, variables) == isSkip }

    private func holds(_ engine: String, _ variables: [String: String]) -> Bool {
        let parts = text.split(separator: "&&")
        if parts.allSatisfy({ Self.comparison(in: $0) == nil }) { return text == engine }
        return parts.allSatisfy { part in
            guard let (name, sign, value) = Self.comparison(in: part), let actual = variables[name] else { return false }
            return Self.compare(actual, sign, value)
        }
    }

    private static func comparison(in text: Substring) -> (name: String, sign: String, value: String)? {
        // Signs of two characters first.
        for sign in ["<>", ">=", "<=", "=", ">", "<"] {
            guard let found = text.firstRange(of: sign) else { continue }
            return (String(text[..<found.lowerBound]), sign, String(text[found.upperBound...]))
        }
        return nil
    }

    private static func compare(_ left: String, _ sign: String, _ right: String) -> Bool {
        switch sign {
        case "=": return left == right
        case "<>": return left != right
        default: break
        }
        guard let first = Int(left), let second = Int(right) else { return false }
        switch sign {
        case ">": return first > second
        case "<": return first < second
        case ">=": return first >= second
        default: return first <= second
        }
    }
}
