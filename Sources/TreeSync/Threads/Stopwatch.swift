import Platform

/// Measures phases by a clock that never jumps.
struct Stopwatch: Sendable {
    private var start = Clock.monotonic

    /// Seconds since the last lap.
    mutating func lap() -> Double {
        let now = Clock.monotonic
        defer { start = now }
        return Double(now - start) / 1e9
    }
}
