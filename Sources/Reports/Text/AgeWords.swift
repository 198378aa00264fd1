import Platform

/// How long ago something was, as people say it.
enum AgeWords {
    /// `two days ago`, `just now`.
    /// - Parameter seconds: since it was; what lies ahead is `just now`, clocks differ.
    static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 60 else { return "just now" }
        let units: [(Double, String)] = [(365.25 * 86_400, "year"), (30.44 * 86_400, "month"), (7 * 86_400, "week"), (86_400, "day"), (3600, "hour"), (60, "minute")]
        let (unit, name) = units.first { seconds >= $0.0 } ?? (60, "minute")
        let count = Int(min(1e6, seconds / unit))
        return "\(word(count)) \(name)\(count == 1 ? "" : "s") ago"
    }

    private static let small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

    private static func word(_ count: Int) -> String { count < small.count ? small[count] : Human.count(count) }
}
