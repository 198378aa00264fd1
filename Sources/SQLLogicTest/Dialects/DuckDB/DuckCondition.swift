/// `skipif` or `onlyif`, with the name of an engine or comparisons of loop variables, such as `i=2&&j<3`.
struct DuckCondition {
    var isSkip: Bool
    var text: String

    /// A condition that cannot be judged where it stands.
    struct Invalid: Error { var message: String }

    /// - Parameter loop: the variables of the loops around it.
    func keepsOut(engine: String, loop: [String: String]) throws(Invalid) -> Bool {
        guard text.utf8.contains(where: { "=<>".utf8.contains($0) }) else { return (text.lowercased() == engine.lowercased()) == isSkip }
        if loop.isEmpty { throw Invalid(message: "conditions on loop variables can only stand within a loop: \(text)") }
        // As in DuckDB's runner each comparison stands for itself: `skipif` skips where one holds, `onlyif` where one does not.
        var isOut = false
        for part in text.split(separator: "&&") where try holds(part, loop) == isSkip { isOut = true }
        return isOut
    }

    private func holds(_ part: Substring, _ loop: [String: String]) throws(Invalid) -> Bool {
        guard let (name, sign, value) = Self.comparison(in: part) else {
            throw Invalid(message: "a condition is x=y or x>y, or several with && between them: \(text)")
        }
        guard let actual = loop[name] else { throw Invalid(message: "\(name) is no variable of a loop around this condition") }
        switch sign {
        case "=": return actual == value
        case "<>": return actual != value
        default: break
        }
        guard let left = Int(actual), let right = Int(value) else { throw Invalid(message: "\(actual) \(sign) \(value) does not compare numbers") }
        switch sign {
        case ">": return left > right
        case "<": return left < right
        case ">=": return left >= right
        default: return left <= right
        }
    }

    private static func comparison(in text: Substring) -> (name: String, sign: String, value: String)? {
        // Signs of two characters first.
        for sign in ["<>", ">=", "<=", "=", ">", "<"] {
            guard let found = text.firstRange(of: sign) else { continue }
            let (name, value) = (text[..<found.lowerBound], text[found.upperBound...])
            return name.isEmpty || value.isEmpty ? nil : (String(name), sign, String(value))
        }
        return nil
    }
}
