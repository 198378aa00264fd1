/// How values and error messages are compared with what a script of DuckDB's dialect expects.
enum DuckComparison {
    /// What a column's type means for comparing.
    enum Kind {
        /// The engine does not say the type.
        case unknown
        case floatingPoint
        case number
        case truth
        /// Only texts that are equal are the same.
        case other

        init(type: String) {
            switch type {
            case "FLOAT", "DOUBLE": self = .floatingPoint
            case "BOOLEAN": self = .truth
            case _ where type.hasSuffix("INT") || type == "INTEGER" || type == "UINTEGER" || type == "DECIMAL": self = .number
            default: self = .other
            }
        }
    }

    static func isSame(_ actual: String, _ expected: String, _ kind: Kind = .unknown) -> Bool {
        if actual == expected { return true }
        if let pattern = pattern(expected) { return pattern.matches(actual) }
        if kind == .other { return false }
        // Beyond 53 bits different integers would be the same floating-point number.
        let number = Whitespace.trimmed(expected)
        if kind != .floatingPoint, let left = integer(actual), let right = integer(number) { return left == right }
        guard let left = value(actual), let right = value(number) else { return false }
        if left == right || (left.isNaN && right.isNaN) { return true }
        // As in DuckDB's ApproxEqual (src/common/types.cpp).
        guard kind == .floatingPoint || (kind == .unknown && isFloatingPoint(actual)), left.isFinite, right.isFinite else { return false }
        return abs(left - right) <= abs(left) * 0.01 + 1e-8
    }

    /// Whether a text is one that only a floating-point number has: an exponent, or as many digits as it holds.
    private static func isFloatingPoint(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "e")) || (text.utf8.contains(UInt8(ascii: ".")) && text.utf8.count { $0 >= 0x30 && $0 <= 0x39 } >= 15)
    }

    static func isExpected(_ message: String, _ expected: String) -> Bool {
        pattern(expected).map { $0.matches(message) } ?? message.contains(expected)
    }

    /// The digits of an integer without leading zeros, with its sign.
    private static func integer(_ text: String) -> (isNegative: Bool, digits: Substring)? {
        let isNegative = text.first == "-"
        let digits = isNegative || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        let significant = digits.drop { $0 == "0" }
        return (isNegative && !significant.isEmpty, significant)
    }

    /// Numbers that are written otherwise are the same; truth values are 1 and 0.
    private static func value(_ text: String) -> Double? {
        switch text.lowercased() {
        case "true": 1
        case "false": 0
        default: Double(text)
        }
    }

    /// `<REGEX>:` and `<!REGEX>:`, which look at the whole value.
    private struct WholePattern {
        var pattern: Pattern?
        var isNegated: Bool
        func matches(_ text: String) -> Bool { pattern.map { $0.isWhole(text) != isNegated } ?? false }
    }

    private static func pattern(_ text: String) -> WholePattern? {
        for (prefix, isNegated) in [("<REGEX>:", false), ("<!REGEX>:", true)] where text.hasPrefix(prefix) {
            return WholePattern(pattern: Pattern(String(text.dropFirst(prefix.count)), dotMatchesNewlines: true), isNegated: isNegated)
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
