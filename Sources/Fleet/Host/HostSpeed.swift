import Platform

/// How fast a core of this machine is, beside those of others.
public enum HostSpeed {
    private static let tries = 5
    private static let rounds = 400

    /// Rounds of a fixed piece of work in a millisecond, in the best of a few tries: what else runs here does not make it slower for good. Takes
    /// some milliseconds.
    public static func measure() -> Double {
        var table = [UInt64](repeating: 1, count: 4096)
        var best = Double.infinity
        for _ in 0..<tries {
            let began = Clock.monotonic
            var mixed: UInt64 = 0x9E37_79B9_7F4A_7C15
            for _ in 0..<rounds {
                for index in stride(from: 0, to: table.count, by: 16) {
                    mixed = (mixed ^ table[index]) &* 0x2545_F491_4F6C_DD1D
                    table[Int(truncatingIfNeeded: mixed >> 52)] = mixed
                }
            }
            best = min(best, Clock.seconds(since: began))
        }
        // The table is looked at, or nothing would have to be done.
        return Double(rounds) / max(best * 1000, 1e-6) + (table[0] == 0 ? 1e-9 : 0)
    }
}
