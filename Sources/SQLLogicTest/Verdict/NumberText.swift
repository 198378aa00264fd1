/// A text that an engine writes for a number, with its exact value. `007`, `1_000` and ` 1` are none: no engine writes a number so.
enum NumberText: Equatable {
    /// 0.DIGITS times ten to the power of `exponent`; no digit for zero, which has no sign.
    case finite(isNegative: Bool, digits: [UInt8], exponent: Int)
    case infinite(isNegative: Bool)
    case notANumber

    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let first = rest.first else { return nil }
        guard (first >= 0x30 && first <= 0x39) || first == UInt8(ascii: ".") else {
            switch String(decoding: rest.map(ASCII.lowercased), as: UTF8.self) {
            case "inf", "infinity": self = .infinite(isNegative: isNegative)
            case "nan": self = .notANumber
            default: return nil
            }
            return
        }
        guard let number = Self.decimal(rest, isNegative) else { return nil }
        self = number
    }

    private static func decimal(_ text: ArraySlice<UInt8>, _ isNegative: Bool) -> NumberText? {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "e") }
        let halves = parts[0].split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let (whole, behind) = (halves[0], halves.count > 1 ? halves[1] : [])
        guard !whole.isEmpty || !behind.isEmpty, (whole + behind).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        guard whole.count < 2 || whole.first != UInt8(ascii: "0") else { return nil }
        var exponent = 0
        if parts.count > 1 {
            guard parts[1].count < 10, let said = Int(String(decoding: parts[1], as: UTF8.self)) else { return nil }
            exponent = said
        }
        let all = whole + behind
        let digits = all.drop { $0 == UInt8(ascii: "0") }
        let kept = digits.prefix((digits.lastIndex { $0 != UInt8(ascii: "0") }).map { $0 + 1 - digits.startIndex } ?? 0)
        guard !kept.isEmpty else { return .finite(isNegative: false, digits: [], exponent: 0) }
        return .finite(isNegative: isNegative, digits: Array(kept), exponent: exponent + whole.count - (all.count - digits.count))
    }

    /// Whether a text is written as a floating-point number and not as an integer.
    static func isFloatingPoint(_ text: String) -> Bool { text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") } }
}
