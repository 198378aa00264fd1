import Platform

/// Durations as sqllogictest-rs reads them (Rust's crate humantime, https://docs.rs/humantime): `1s`, `500ms`, `1ms1ns`.
enum HumanDuration {
    /// Nil if `text` is no duration, or one of more than 1e9 seconds.
    static func parse(_ text: String) -> Duration? {
        guard let total = Quantity.sum(text, units: seconds), total < 1e9 else { return nil }
        return .nanoseconds(Int64(total * 1e9))
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
