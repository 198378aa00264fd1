/// Durations and sizes as people write them in a configuration or after a flag.
public enum Quantity {
    /// The longest duration taken, in seconds: a year, so that sums of durations never overflow.
    public static let longest: Double = 366 * 86_400

    /// Seconds in `90s`, `30m`, `1h`, `1h30m`, `2d`, `500ms`, `1.5h` or plain seconds `3600`, `0.5`.
    /// Units go from large to small, each at most once.
    /// - Returns: `nil` if `text` is nothing of the sort or longer than ``longest``.
    public static func seconds(_ text: String) -> Double? {
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
    public static func bytes(_ text: String) -> Int? {
        let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
        let suffix = String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self).lowercased()
        guard let count = number(Array(digits)[...]), let shift = sizeUnits[suffix] else { return nil }
        let value = (count * Double(1 << shift)).rounded()
        return value < Double(1 << 60) ? Int(value) : nil
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
