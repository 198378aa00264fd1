import Glibc

/// Times of day for people.
enum ClockText {
    /// `2026-11-28 20:15:03 UTC`.
    static func utc(_ seconds: Double) -> String {
        var time = time_t(min(max(seconds, 0), 1e11))
        var parts = tm()
        gmtime_r(&time, &parts)
        let two = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) UTC"
    }
}
