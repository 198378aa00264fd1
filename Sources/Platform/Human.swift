/// Figures as people read them, always with a point as the decimal sign and a comma between thousands.
package enum Human {
    /// `0.4s`, `12s`, `3m12s`, `1h05m`, `2d03h`; `?` for what is no duration.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
        if seconds < 9.95 { return fixed(seconds, 1) + "s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
        if whole < 86_400 { return "\(whole / 3600)h\(two(whole / 60 % 60))m" }
        return "\(whole / 86_400)d\(two(whole / 3600 % 24))h"
    }

    /// A limit for sentences that name the unit: `0.8`, `12`, `600`; tenths only below 10 and where there are some.
    package static func seconds(_ duration: Duration) -> String {
        let tenths = min(duration.components.seconds, 1_000_000_000_000) * 10 + duration.components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 || tenths >= 100 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// Powers of 1024: `17 B`, `4.0 KB`, `512 MB`, `1.5 GB`.
    package static func bytes(_ count: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
        var value = Double(max(0, count))
        var unit = 0
        // 999.5 and not 1024, so that three digits are enough.
        while value >= 999.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return (unit == 0 || value >= 9.95 ? fixed(value, 0) : fixed(value, 1)) + " " + units[unit]
    }

    /// `0.4/s`, `12/s`, `1,234/s`.
    package static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond >= 0, perSecond < 1e15 else { return "?/s" }
        return (perSecond < 9.95 ? fixed(perSecond, 1) : count(Int(perSecond.rounded()))) + "/s"
    }

    /// `96.6 %`. Never 100 % or 0 % by rounding alone: `part` one short of a huge `whole` is `99.9 %`.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "- %" }
        let exact = Double(part) * 100 / Double(whole)
        if part >= whole { return fixed(exact, 1) + " %" }
        return fixed(part > 0 ? min(99.9, max(0.1, exact)) : 0, 1) + " %"
    }

    /// Of a share from 0 to 1, in whole percent: `94 %`.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite, abs(share) < 1e9 else { return "? %" }
        return "\(Int((share * 100).rounded())) %"
    }

    /// `323,840`.
    package static func count(_ number: Int) -> String {
        var groups: [String] = []
        var rest = number.magnitude
        while rest >= 1000 {
            let group = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - group.utf8.count) + group)
            rest /= 1000
        }
        groups.append(String(rest))
        return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }

    /// `1 file`, `2 files`.
    package static func count(_ number: Int, _ noun: String) -> String {
        count(number) + " " + noun + (number == 1 ? "" : "s")
    }

    /// `1 process`, `2 processes`.
    package static func count(_ number: Int, _ noun: String, _ nouns: String) -> String { count(number) + " " + (number == 1 ? noun : nouns) }

    /// `value` with `digits` places after the point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = digits > 0 ? (0..<digits).reduce(1) { result, _ in result * 10 } : 1
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        return sign + "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
