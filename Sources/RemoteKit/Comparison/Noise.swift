import Platform

/// Whether a file's CPU time is more than its own noise explains.
struct Noise: Sendable {
    /// CPU seconds of earlier runs, sorted.
    private let times: [Double]
    let median: Double

    /// Below these a file is not slower, whatever its past: what a cold cache or a busy neighbour does is about as much.
    static let leastRatio = 2.0
    /// CPU seconds; the second where the file's past is known.
    static let leastSeconds = 0.2, leastSecondsKnown = 0.1
    /// From so many runs on, a file's spread is known.
    static let enough = 3
    /// How many spreads are still noise, and how far above a time that was seen before.
    private static let spreads = 5.0, beyondSeen = 1.25

    /// - Parameter times: CPU seconds of earlier runs; at least one.
    init?(_ times: [Double]) {
        self.times = times.filter { $0.isFinite && $0 >= 0 }.sorted()
        guard let middle = Median.of(self.times) else { return nil }
        median = middle
    }

    /// - Parameter time: CPU seconds of the later run, on a machine as fast as that of the earlier ones.
    func isExceeded(by time: Double) -> Bool {
        let isKnown = times.count >= Self.enough
        guard time >= median * Self.leastRatio, time - median >= (isKnown ? Self.leastSecondsKnown : Self.leastSeconds) else { return false }
        return !isKnown || time > max(median + Self.spreads * spread, seen * Self.beyondSeen)
    }

    /// The median absolute deviation, scaled to the standard deviation of a normal distribution (Rousseeuw and Croux 1993).
    private var spread: Double { 1.4826 * (Median.of(times.map { abs($0 - median) }) ?? 0) }

    /// What was seen before, but for the one hiccup that a longer past may have.
    private var seen: Double { times[times.count >= 5 ? times.count - 2 : times.count - 1] }
}
