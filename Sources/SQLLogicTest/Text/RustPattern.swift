/// Writes an expression of Rust's regex crate for RE2. Both match in linear time and refuse the same (back-references,
/// look-around); but there `\d`, `\w` and `\s` are Unicode's, groups are named `(?<name>…)` too, and characters `\u{…}`.
///
/// https://docs.rs/regex/latest/regex/#syntax and https://github.com/google/re2/wiki/Syntax. Not translated: `\b` is that
/// of ASCII, as are `\W` and `\S` within brackets; `(?x)` and the algebra of classes (`[a-z&&[^b]]`) are refused.
struct RustPattern {
    private let text: [UInt8]
    private var at = 0
    private var result: [UInt8] = []

    private static let word = #"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}\x{200D}\x{24B6}-\x{24E9}"#
    private static let space = #"\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"#

    static func translated(_ text: String) throws(PatternError) -> String {
        var pattern = RustPattern(text: Array(text.utf8))
        try pattern.run()
        return String(decoding: pattern.result, as: UTF8.self)
    }

    private init(text: [UInt8]) { self.text = text }

    private func byte(_ offset: Int = 0) -> UInt8? { at + offset < text.count ? text[at + offset] : nil }

    private func has(_ next: StaticString) -> Bool {
        text[at...].starts(with: UnsafeBufferPointer(start: next.utf8Start, count: next.utf8CodeUnitCount))
    }

    private mutating func copy(_ count: Int = 1) {
        result += text[at..<min(at + count, text.count)]
        at += count
    }

    private mutating func put(_ text: String, for count: Int) {
        result += text.utf8
        at += count
    }

    private mutating func run() throws(PatternError) {
        while let next = byte() {
            switch next {
            case UInt8(ascii: "\\"): try escape(inClass: false)
            case UInt8(ascii: "["): try bracket()
            case UInt8(ascii: "{"): try repetition()
            case UInt8(ascii: "(") where has("(?<") && byte(3) != UInt8(ascii: "=") && byte(3) != UInt8(ascii: "!"): put("(?P<", for: 3)
            case UInt8(ascii: "(") where has("(?"): try group()
            default: copy()
            }
        }
    }

    /// `(?flags)` and `(?flags:`: RE2 has no `x`, `u` and `R`; `u` is what it does anyway.
    private mutating func group() throws(PatternError) {
        for look in ["(?=", "(?!", "(?<=", "(?<!"] where text[at...].starts(with: look.utf8) {
            throw PatternError(message: "look-around, including look-ahead and look-behind, is not supported")
        }
        let end = text[at...].firstIndex { $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: ":") } ?? text.count
        let flags = text[(at + 2)..<end]
        guard flags.allSatisfy({ "imsUuxR-".utf8.contains($0) }) else { return copy(2) }
        let parts = flags.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        for flag in "xR".utf8 where parts[0].contains(flag) {
            throw PatternError(message: "the flag \(ASCII.shown(flag)) is not supported here")
        }
        if parts.dropFirst().joined().contains(UInt8(ascii: "u")) { throw PatternError(message: "the flag -u is not supported here") }
        let kept = parts.map { $0.filter { !"uxR".utf8.contains($0) } }
        result += Array("(?".utf8) + kept[0]
        if kept.count > 1, !kept[1].isEmpty { result += [UInt8(ascii: "-")] + kept[1] }
        at = end
        // `(?u)` says nothing now, and `(?)` would be an error.
        if !flags.isEmpty, kept.joined().isEmpty, byte() == UInt8(ascii: ")") { result.append(UInt8(ascii: ":")) }
    }

    /// `{2}`, `{2,}` and `{2,3}`. RE2 takes any other brace for a character, Rust for a mistake.
    private mutating func repetition() throws(PatternError) {
        let end = text[at...].firstIndex(of: UInt8(ascii: "}")) ?? text.count
        let counts = text[(at + 1)..<end].split(separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
        let isNumber = { (count: ArraySlice<UInt8>) in count.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } }
        guard end < text.count, let first = counts.first, !first.isEmpty, counts.allSatisfy(isNumber) else {
            throw PatternError(message: "repetition quantifier expects a valid decimal; write \\{ for a brace")
        }
        copy(end + 1 - at)
    }

    private mutating func bracket() throws(PatternError) {
        copy()
        if byte() == UInt8(ascii: "^") { copy() }
        // Right behind the bracket these are characters.
        if byte() == UInt8(ascii: "]") { copy() }
        while let next = byte(), next != UInt8(ascii: "]") {
            switch next {
            case UInt8(ascii: "\\"): try escape(inClass: true)
            case UInt8(ascii: "[") where byte(1) == UInt8(ascii: ":"): copy((text[at...].firstIndex(of: UInt8(ascii: "]")) ?? text.count) - at + 1)
            case _ where next == UInt8(ascii: "[") || has("&&") || has("--") || has("~~"):
                throw PatternError(message: "classes within classes are not supported here")
            default: copy()
            }
        }
        if byte() != nil { copy() }
    }

    private mutating func escape(inClass: Bool) throws(PatternError) {
        guard let next = byte(1) else { return copy() }
        switch next {
        case UInt8(ascii: "d"): put(#"\p{Nd}"#, for: 2)
        case UInt8(ascii: "D"): put(#"\P{Nd}"#, for: 2)
        case UInt8(ascii: "w"): put(inClass ? Self.word : "[\(Self.word)]", for: 2)
        case UInt8(ascii: "s"): put(inClass ? Self.space : "[\(Self.space)]", for: 2)
        case UInt8(ascii: "W") where !inClass: put("[^\(Self.word)]", for: 2)
        case UInt8(ascii: "S") where !inClass: put("[^\(Self.space)]", for: 2)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): throw PatternError(message: "backreferences are not supported")
        case UInt8(ascii: "Q"), UInt8(ascii: "E"), UInt8(ascii: "C"), UInt8(ascii: "Z"):
            throw PatternError(message: "unrecognized escape sequence: \\\(ASCII.shown(next))")
        case UInt8(ascii: "p"), UInt8(ascii: "P"):
            copy(byte(2) == UInt8(ascii: "{") ? (text[at...].firstIndex(of: UInt8(ascii: "}")) ?? text.count) + 1 - at : 2)
        case UInt8(ascii: "_"): put("_", for: 2)
        // Where a word begins or ends.
        case UInt8(ascii: "<") where !inClass, UInt8(ascii: ">") where !inClass: put(#"\b"#, for: 2)
        case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "x"): try character(digits: next == UInt8(ascii: "u") ? 4 : next == UInt8(ascii: "U") ? 8 : 2)
        default: copy(2)
        }
    }

    /// `\x7F`, `\u007F`, `\U0000007F`, and each with braces.
    private mutating func character(digits: Int) throws(PatternError) {
        var (start, end) = (at + 2, min(at + 2 + digits, text.count))
        var behind = end
        if byte(2) == UInt8(ascii: "{") {
            start += 1
            end = text[start...].firstIndex(of: UInt8(ascii: "}")) ?? text.count
            behind = end + 1
        }
        guard start < end, let value = UInt32(String(decoding: text[start..<end], as: UTF8.self), radix: 16), Unicode.Scalar(value) != nil else {
            throw PatternError(message: "hexadecimal literal is not a Unicode scalar value")
        }
        put("\\x{\(String(value, radix: 16))}", for: behind - at)
    }
}
