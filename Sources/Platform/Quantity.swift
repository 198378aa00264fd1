/// Durations and sizes as people write them in a configuration or after a flag.
package enum Quantity {
    /// The longest duration taken, in seconds: a year, so that sums of durations never overflow.
    package static let longest: Double = 366 * 86_400

    /// Seconds in `90s`, `30m`, `1h`, `1h30m`, `2d`, `500ms`, `1.5h` or plain seconds `3600`, `0.5`.
    /// Units go from large to small, each at most once.
    /// - Returns: `nil` if `text` is nothing of the sort or longer than ``longest``.
    package static func seconds(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        if let plain = number(bytes[...]) { return plain <= longest ? plain : nil }
        var rest = bytes[...]
        var total = 0.0
        var previous = Double.infinity
        while !rest.isEmpty {
            let digits = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(name.count)
            guard let count = number(digits), let unit = timeUnits[String(decoding: name, as: UTF8.self)],
                  unit < previous else { return nil }
            total += count * unit
            previous = unit
        }
        return !bytes.isEmpty && total <= longest ? total : nil
    }

    /// Bytes in `512M`, `4G`, `64K`, `1T`, `1.5G` (powers of 1024; `MB` and `MiB` mean the same) or plain bytes.
    /// - Returns: `nil` if `text` is nothing of the sort or does not fit.
    package static func bytes(_ text: String) -> Int? {
        let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
        let suffix = String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self).lowercased()
        guard let count = number(Array(digits)[...]), let shift = sizeUnits[suffix] else { return nil }
        let value = (count * Double(1 << shift)).rounded()
        return value < Double(1 << 60) ? Int(value) : nil
    }

    // MARK: writing

    /// A duration that ``seconds(_:)`` reads as the same: `1h30m`, `1m30s`; fractions in seconds.
    package static func written(seconds: Double) -> String {
        guard seconds == seconds.rounded(), seconds < 1e15 else { return "\(seconds)s" }
        let whole = Int(seconds)
        let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0s" : text
    }

    /// A size that ``bytes(_:)`` reads as the same: `4G`, `1500`.
    package static func written(bytes: Int) -> String {
        for (shift, unit) in [(40, "T"), (30, "G"), (20, "M"), (10, "K")] where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return String(bytes)
    }

    // MARK: parts

    /// Whole numbers, each with a unit of `units` after it, in any order: `1s`, `1ms1ns`.
    /// - Parameter units: seconds of each.
    /// - Returns: seconds; `nil` if `text` is nothing of the sort.
    package static func sum(_ text: String, units: [String: Double]) -> Double? {
        var total = 0.0
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix(while: isDigit)
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { (0x61...0x7A).contains($0 | 0x20) }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(String(decoding: digits, as: UTF8.self)), let factor = units[String(decoding: unit, as: UTF8.self)] else { return nil }
            total += number * factor
        }
        return total
    }

    private static let timeUnits: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400]
    private static let sizeUnits: [String: Int] = [
        "": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20,
        "g": 30, "gb": 30, "gib": 30, "t": 40, "tb": 40, "tib": 40,
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Digits with at most one point; `Double.init` alone would take `nan`, `0x1p3` and `1e400`.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard bytes.count <= 20, let first = bytes.first, let last = bytes.last, isDigit(first), isDigit(last),
              bytes.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }
}
