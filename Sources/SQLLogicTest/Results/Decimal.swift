/// Whole numbers in decimal, written straight into a buffer.
enum Decimal {
    /// The most bytes that ``write(_:to:)`` writes.
    static let longest = 20

    /// - Returns: how many bytes it wrote.
    @inline(__always)
    static func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = value.magnitude
        var at = 0
        if value < 0 {
            target[0] = UInt8(ascii: "-")
            at = 1
        }
        if rest < 10 {
            target[at] = 0x30 | UInt8(truncatingIfNeeded: rest)
            return at + 1
        }
        let length = digits(in: rest)
        var position = at + length
        while position > at {
            position -= 1
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            target[position] = 0x30 | UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        }
        return at + length
    }

    @inline(__always)
    private static func digits(in value: UInt64) -> Int {
        var length = 1
        var rest = value
        while rest >= 10 {
            if rest < 100 { return length + 1 }
            if rest < 1000 { return length + 2 }
            if rest < 10_000 { return length + 3 }
            rest /= 10_000
            length += 4
        }
        return length
    }
}
