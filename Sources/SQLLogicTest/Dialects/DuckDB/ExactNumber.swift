/// A text as DuckDB casts it to an integer or a decimal (`src/common/operator/cast_operators.cpp`): spaces around it,
/// `_` between digits, a fraction and an exponent are taken, and the value is rounded, halves away from zero.
struct ExactNumber: Equatable {
    private let isNegative: Bool
    /// Of the value without its point, without leading zeros.
    private let digits: [UInt8]

    /// The most zeros that an exponent can mean; no type holds more digits.
    private static let longest = 400

    /// Nil if the text is no number.
    /// - Parameter fraction: how many digits behind the point are kept; 0 for an integer.
    init?(_ text: String, fraction: Int) {
        var rest = Array(Whitespace.trimmed(text).utf8)[...]
        let sign = rest.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        let isPlain = sign.map { $0 >= UInt8(ascii: "0") } ?? false
        guard let significant = (isPlain ? Self.coded(rest, fraction) : nil) ?? Self.decimal(rest, fraction) else { return nil }
        digits = Array(significant.drop { $0 == UInt8(ascii: "0") })
        isNegative = sign == UInt8(ascii: "-") && !digits.isEmpty
    }

    /// How many digits stand behind the point of a number that an engine has written.
    static func fraction(of text: String) -> Int {
        text.utf8.firstIndex(of: UInt8(ascii: ".")).map { text.utf8[$0...].count - 1 } ?? 0
    }

    /// `0xFF` and `0b1010`, of integers only, and without a sign.
    private static func coded(_ text: ArraySlice<UInt8>, _ fraction: Int) -> [UInt8]? {
        guard fraction == 0, text.count > 2, text.first == UInt8(ascii: "0"), let letter = text.dropFirst().first else { return nil }
        let radix = letter | 0x20 == UInt8(ascii: "x") ? 16 : letter | 0x20 == UInt8(ascii: "b") ? 2 : 0
        guard radix > 0, let plain = withoutUnderscores(text.dropFirst(2)) else { return nil }
        return UInt128(String(decoding: plain, as: UTF8.self), radix: radix).map { Array(String($0).utf8) }
    }

    private static func decimal(_ text: ArraySlice<UInt8>, _ fraction: Int) -> [UInt8]? {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "e") }
        guard let mantissa = parts.first, var exponent = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) : 0 else { return nil }
        let halves = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = withoutUnderscores(halves[0]), let behind = withoutUnderscores(halves.count > 1 ? halves[1] : []) else { return nil }
        let digits = whole + behind
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), abs(exponent) <= longest else { return nil }
        exponent += fraction - behind.count
        if exponent >= 0 { return digits + Array(repeating: 0x30, count: exponent) }
        guard -exponent <= digits.count else { return [] }
        let kept = digits.dropLast(-exponent)
        return digits[kept.count] >= UInt8(ascii: "5") ? incremented(kept) : Array(kept)
    }

    private static func incremented(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        var digits = [UInt8(ascii: "0")] + digits
        var at = digits.count - 1
        while digits[at] == UInt8(ascii: "9") {
            digits[at] = UInt8(ascii: "0")
            at -= 1
        }
        digits[at] += 1
        return digits
    }

    /// Nil if a `_` is not between two digits.
    static func withoutUnderscores(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        return parts.count > 1 && parts.contains(where: \.isEmpty) ? nil : Array(parts.joined())
    }
}
