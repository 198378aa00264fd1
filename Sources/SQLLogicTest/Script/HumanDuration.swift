/// Durations as people write them: `1s`, `500ms`, `1ms1ns`.
public enum HumanDuration {
    /// Nil if `text` is none, or longer than can be waited for.
    public static func parse(_ text: String) -> Duration? {
        var total = 0.0
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A) }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(String(decoding: digits, as: UTF8.self)),
                  let factor = seconds[String(decoding: unit, as: UTF8.self)] else { return nil }
            total += number * factor
        }
        return total < 1e9 ? .nanoseconds(Int64(total * 1e9)) : nil
    }

    private static let seconds: [String: Double] = {
        let units: [(names: String, seconds: Double)] = [
            ("ns nsec", 1e-9), ("us usec", 1e-6), ("ms msec", 1e-3), ("s sec secs second seconds", 1),
            ("m min mins minute minutes", 60), ("h hr hrs hour hours", 3600), ("d day days", 86400), ("w week weeks", 604_800),
            ("M month months", 2_630_016), ("y year years", 31_557_600),
        ]
        var table: [String: Double] = [:]
        for unit in units { for name in unit.names.split(separator: " ") { table[String(name)] = unit.seconds } }
        return table
    }()
}
