/// How a value differs from the one that a script has.
enum ValueDifference: Equatable {
    case none
    /// The same value, written in another way.
    case formatting
    /// Floats so many units in the last place apart.
    case noise(ulps: Int)
    case other

    /// Beyond so many units in the last place, two in the 13th digit, floats are different numbers.
    static let mostULPs = 1000
    /// An engine that prints so many digits prints all of a float: even a text of them is one.
    private static let digitsOfFloat = 15

    /// - Parameter isText: whether the values are texts, so that `1.10` is not `1.1`.
    static func between(_ expected: String, _ actual: String, isText: Bool) -> ValueDifference {
        if expected == actual { return .none }
        if isText {
            guard isLongFloat(expected), isLongFloat(actual), case .noise(let ulps) = ofNumbers(expected, actual) else { return .other }
            return .noise(ulps: ulps)
        }
        if let left = truth(expected), let right = truth(actual) {
            // 1 is only a truth value beside a word for one.
            return left.value == right.value && (left.isWord || right.isWord) ? .formatting : .other
        }
        return ofNumbers(expected, actual)
    }

    private static func ofNumbers(_ expected: String, _ actual: String) -> ValueDifference {
        guard let left = NumberText(expected), let right = NumberText(actual) else { return .other }
        if left == right { return .formatting }
        guard case .finite = left, case .finite = right, let first = Double(expected), let second = Double(actual),
              first.isFinite, second.isFinite else { return .other }
        // Integers are exact; beside a float they are as long as a float can hold them.
        for (text, value) in [(expected, first), (actual, second)] where !NumberText.isFloatingPoint(text) {
            if abs(value) >= 0x1p53 || !NumberText.isFloatingPoint(text == expected ? actual : expected) { return .other }
        }
        if first == second { return .formatting }
        if isWidened(expected, actual) || isWidened(actual, expected) { return .formatting }
        let ulps = ordered(first).subtractingReportingOverflow(ordered(second))
        guard !ulps.overflow, ulps.partialValue.magnitude <= UInt64(mostULPs) else { return .other }
        return .noise(ulps: Int(ulps.partialValue.magnitude))
    }

    /// Whether `text` is a float of 32 bits, and `long` that float with the digits of one of 64.
    private static func isWidened(_ text: String, _ long: String) -> Bool {
        guard NumberText.isFloatingPoint(text), !isLongFloat(text), isLongFloat(long), let short = Float(text), short.isFinite else { return false }
        return Double(short) == Double(long)
    }

    /// Doubles as integers, neighbours as neighbours.
    private static func ordered(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: value.bitPattern)
        return bits < 0 ? Int64.min &- bits : bits
    }

    private static func isLongFloat(_ text: String) -> Bool {
        NumberText.isFloatingPoint(text) && text.utf8.count { $0 >= 0x30 && $0 <= 0x39 } >= digitsOfFloat
    }

    private static func truth(_ text: String) -> (value: Bool, isWord: Bool)? {
        switch text.lowercased() {
        case "t", "true": (true, true)
        case "f", "false": (false, true)
        case "1": (true, false)
        case "0": (false, false)
        default: nil
        }
    }
}
