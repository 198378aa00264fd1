import FoundationEssentials

/// Days as `2026-12-31`, in UTC; they compare as texts.
enum CalendarDay {
    static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) else { return false }
        let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3, (1...12).contains(numbers[1]) else { return false }
        let isLeap = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][numbers[1] - 1]
        return (1...days).contains(numbers[2])
    }

    /// - Parameter seconds: since 1970.
    static func of(_ seconds: Double) -> String {
        let bounded = seconds.isFinite ? min(max(seconds, 0), 253_402_300_799) : 0
        return Date(timeIntervalSince1970: bounded).formatted(Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
    }

    /// The day in the name of a run, `20261121-013000.123456-k3f9`; `nil` where there is none.
    static func of(run id: String) -> String? {
        let digits = id.utf8.prefix { $0 != UInt8(ascii: "-") }
        guard digits.count == 8 else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        let day = "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
        return isValid(day) ? day : nil
    }
}
