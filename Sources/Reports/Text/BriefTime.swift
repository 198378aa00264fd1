import Platform

/// A time that may be very short.
enum BriefTime {
    /// `9 ms`, or as ``Human`` has it from a second on.
    static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1 else { return Human.duration(seconds) }
        return "\(Int((max(0, seconds) * 1000).rounded())) ms"
    }
}
