/// How values and error messages are compared with what a script of DuckDB's dialect expects.
enum DuckComparison {
    /// What a column's type means for comparing.
    enum Kind {
        /// The engine does not say the type.
        case unknown
        /// It does not, but the script has `I` for the column.
        case likelyInteger
        case floatingPoint
        /// An integer or a decimal.
        case number
        case truth
        /// Only texts that are equal are the same.
        case other

        init(type: String) {
            switch type {
            case "FLOAT", "DOUBLE": self = .floatingPoint
            case "BOOLEAN": self = .truth
            case _ where type.hasSuffix("INT") || type == "INTEGER" || type == "UINTEGER" || type.hasPrefix("DECIMAL"): self = .number
            default: self = .other
            }
        }
    }

    /// Texts that differ are the same where casting both to the column's type makes them so, as in DuckDB's
    /// `TestResultHelper::CompareValues`.
    static func isSame(_ actual: String, _ expected: String, _ kind: Kind = .unknown) -> Bool {
        if actual == expected { return true }
        if let pattern = pattern(expected) { return pattern.matches(actual) }
        switch kind {
        case .other: return false
        case .truth: return truth(actual).map { $0 == truth(expected) } ?? false
        case .number: return isSameNumber(actual, expected)
        case .floatingPoint: return isClose(actual, expected)
        case .likelyInteger where integer(actual) != nil && isSameNumber(actual, expected): return true
        case .likelyInteger, .unknown: return isLikelySame(actual, expected)
        }
    }

    private static func isSameNumber(_ actual: String, _ expected: String) -> Bool {
        let fraction = ExactNumber.fraction(of: actual)
        guard let left = ExactNumber(actual, fraction: fraction) else { return false }
        return left == ExactNumber(expected, fraction: fraction)
    }

    /// As in DuckDB's ApproxEqual (src/common/types.cpp).
    private static func isClose(_ actual: String, _ expected: String) -> Bool {
        guard let left = double(actual), let right = double(expected) else { return false }
        if left == right || (left.isNaN && right.isNaN) { return true }
        return left.isFinite && right.isFinite && abs(left - right) <= abs(left) * 0.01 + 1e-8
    }

    /// Where no type is known: numbers may be written in another way, and truth values are 1 and 0.
    private static func isLikelySame(_ actual: String, _ expected: String) -> Bool {
        // Beyond 53 bits different integers would be the same floating-point number.
        if let left = integer(actual), let right = integer(Whitespace.trimmed(expected)) { return left == right }
        let (left, right) = (truth(actual).map { $0 ? 1 : 0 } ?? double(actual), truth(expected).map { $0 ? 1 : 0 } ?? double(expected))
        guard let left, let right else { return false }
        return left == right || (left.isNaN && right.isNaN) || (isFloatingPoint(actual) && isClose(actual, expected))
    }

    /// Whether a text looks like a floating-point number: it has an exponent, or a point and at least 15 digits.
    private static func isFloatingPoint(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "e")) || (text.utf8.contains(UInt8(ascii: ".")) && text.utf8.count { $0 >= 0x30 && $0 <= 0x39 } >= 15)
    }

    static func isExpected(_ message: String, _ expected: String) -> Bool {
        message.contains(expected) || pattern(expected)?.matches(message) ?? false
    }

    /// The digits of an integer without leading zeros, with its sign.
    private static func integer(_ text: String) -> (isNegative: Bool, digits: Substring)? {
        let isNegative = text.first == "-"
        let digits = isNegative || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        let significant = digits.drop { $0 == "0" }
        return (isNegative && !significant.isEmpty, significant)
    }

    private static func double(_ text: String) -> Double? {
        ExactNumber.withoutUnderscores(Array(Whitespace.trimmed(text).utf8)[...]).flatMap { Double(String(decoding: $0, as: UTF8.self)) }
    }

    private static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    /// `<REGEX>:` and `<!REGEX>:`, which look at the whole value.
    private struct WholePattern {
        var pattern: Result<Pattern, PatternError>
        var isNegated: Bool
        func matches(_ text: String) -> Bool { if case .success(let pattern) = pattern { pattern.isWhole(text) != isNegated } else { false } }
    }

    private static func pattern(_ text: String) -> WholePattern? {
        for (prefix, isNegated) in [("<REGEX>:", false), ("<!REGEX>:", true)] where text.hasPrefix(prefix) {
            let made = Result { () throws(PatternError) in try Pattern(String(text.dropFirst(prefix.count)), .re2, dotMatchesNewlines: true) }
            return WholePattern(pattern: made, isNegated: isNegated)
        }
        return nil
    }

    /// What is wrong with the first expression among `values` that cannot be used.
    static func problem(in values: [String]) -> String? {
        for value in values {
            if case .failure(let error)? = pattern(value)?.pattern { return "invalid regular expression: \(value): \(error.message)" }
        }
        return nil
    }

    /// The values of a file with `|` between the fields and a line of names: what `<FILE>:` stands for. Nothing between
    /// two bars is NULL; quotes stand around fields that have bars or line ends in them.
    static func values(inFile script: Script) -> (values: [String], columns: Int) {
        var rows: [[String]] = [[]]
        var (field, isQuoted, wasQuoted) = ([UInt8](), false, false)
        func text() -> String { field.isEmpty && !wasQuoted ? "NULL" : field.isEmpty ? "(empty)" : String(decoding: field, as: UTF8.self) }
        let bytes = Array(script.buffer(ByteRange(0, script.count))) + (script.buffer(ByteRange(0, script.count)).last == 0x0A ? [] : [0x0A])
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""):
                // Two of them within quotes are one.
                if !isQuoted, wasQuoted, index > 0, bytes[index - 1] == byte { field.append(byte) }
                isQuoted.toggle()
                wasQuoted = true
            case 0x0D where !isQuoted: break
            case UInt8(ascii: "|") where !isQuoted, 0x0A where !isQuoted:
                rows[rows.count - 1].append(text())
                (field, wasQuoted) = ([], false)
                if byte == 0x0A { rows.append([]) }
            default: field.append(byte)
            }
        }
        return (rows.dropFirst().flatMap { $0 }, rows[0].count)
    }
}
