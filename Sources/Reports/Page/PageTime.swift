import Platform

/// Times in a page, in UTC: it is read in other places than it was made.
enum PageTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `29 Nov 2026, 05:36 UTC`; `?` for what is no time.
    static func text(_ seconds: Double) -> String {
        guard let (day, month, year) = date(seconds) else { return "?" }
        let minutes = Int(seconds) % 86_400 / 60
        return "\(day) \(months[month - 1]) \(year), \(two(minutes / 60)):\(two(minutes % 60)) UTC"
    }

    /// `12s`, and below a tenth of a second `8ms`.
    static func span(_ seconds: Double) -> String {
        seconds > 0 && seconds < 0.0995 ? "\(Int((seconds * 1000).rounded(.up)))ms" : Human.duration(seconds)
    }

    /// `29 Nov`
    static func day(_ seconds: Double) -> String {
        date(seconds).map { "\($0.day) \(months[$0.month - 1])" } ?? "?"
    }

    /// Of the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
    private static func date(_ seconds: Double) -> (day: Int, month: Int, year: Int)? {
        guard seconds.isFinite, seconds > 0, seconds < 2e11 else { return nil }
        let days = Int(seconds) / 86_400 + 719_468
        let era = days / 146_097, dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (dayOfYear - (153 * shifted + 2) / 5 + 1, month, yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
