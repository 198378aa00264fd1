/// The bytes that a bracket expression matches.
struct ByteSet: Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: words.0 & bit != 0
        case 1: words.1 & bit != 0
        case 2: words.2 & bit != 0
        default: words.3 & bit != 0
        }
    }

    private mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    private mutating func insert(from low: UInt8, to high: UInt8) {
        guard low <= high else { return }
        for byte in low...high { insert(byte) }
    }

    private mutating func invert() { words = (~words.0, ~words.1, ~words.2, ~words.3) }

    /// For texts in small letters, as git's wildmatch has it: what stands for itself in an expression is not changed, so a
    /// capital is never met; a range is, by either letter; and so is a class.
    private func folded(ranges: ByteSet) -> ByteSet {
        var folded = self
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") where ranges.contains(byte - 32) { folded.insert(byte) }
        return folded
    }

    /// Reads the expression whose `[` is at `start`.
    /// - Parameter foldsCase: whether the texts are in small letters.
    /// - Returns: the set and the index after its `]`, or `nil` where it is unfinished or names an unknown class.
    static func parse(_ pattern: ArraySlice<UInt8>, at start: Int, foldsCase: Bool = false) -> (ByteSet, Int)? {
        var set = ByteSet()
        /// What came of ranges and classes.
        var ranges = ByteSet()
        var index = start + 1
        func at(_ position: Int) -> UInt8? { position < pattern.endIndex ? pattern[position] : nil }
        let isNegated = at(index) == UInt8(ascii: "!") || at(index) == UInt8(ascii: "^")
        if isNegated { index += 1 }
        // A `-` is a range only after a single byte: neither first, nor after a range or a class.
        var previous: UInt8?
        var isFirst = true
        while isFirst || at(index) != UInt8(ascii: "]") {
            isFirst = false
            guard var byte = at(index) else { return nil }
            if byte == UInt8(ascii: "["), at(index + 1) == UInt8(ascii: ":") {
                guard let close = pattern[(index + 2)...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
                if close > index + 2, pattern[close - 1] == UInt8(ascii: ":") {
                    guard set.insert(classNamed: pattern[(index + 2)..<(close - 1)]) else { return nil }
                    _ = ranges.insert(classNamed: pattern[(index + 2)..<(close - 1)])
                    previous = nil
                    index = close + 1
                    continue
                }
            } else if byte == UInt8(ascii: "-"), let low = previous, let after = at(index + 1), after != UInt8(ascii: "]") {
                index += 1
                if after == UInt8(ascii: "\\") { index += 1 }
                guard let high = at(index) else { return nil }
                set.insert(from: low, to: high)
                ranges.insert(from: low, to: high)
                previous = nil
                index += 1
                continue
            } else if byte == UInt8(ascii: "\\") {
                index += 1
                guard let quoted = at(index) else { return nil }
                byte = quoted
            }
            set.insert(byte)
            previous = byte
            index += 1
        }
        if foldsCase { set = set.folded(ranges: ranges) }
        if isNegated { set.invert() }
        return (set, index + 1)
    }

    private mutating func insert(classNamed name: ArraySlice<UInt8>) -> Bool {
        func range(_ low: Character, _ high: Character) {
            guard let first = low.asciiValue, let last = high.asciiValue else { return }
            insert(from: first, to: last)
        }
        switch String(decoding: name, as: UTF8.self) {
        case "alpha": range("A", "Z"); range("a", "z")
        case "digit": range("0", "9")
        case "alnum": range("A", "Z"); range("a", "z"); range("0", "9")
        case "upper": range("A", "Z")
        case "lower": range("a", "z")
        case "xdigit": range("0", "9"); range("A", "F"); range("a", "f")
        case "blank": insert(0x20); insert(0x09)
        case "space": insert(0x20); insert(from: 0x09, to: 0x0d)
        case "cntrl": insert(from: 0, to: 0x1f); insert(0x7f)
        case "print": insert(from: 0x20, to: 0x7e)
        case "graph": insert(from: 0x21, to: 0x7e)
        case "punct": range("!", "/"); range(":", "@"); range("[", "`"); range("{", "~")
        default: return false
        }
        return true
    }
}
