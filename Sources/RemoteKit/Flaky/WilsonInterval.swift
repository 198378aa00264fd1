/// Where the true rate of failures lies with 95 % confidence, when so many of so many runs failed: the score interval of E. B. Wilson,
/// "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc. 22 (1927). For small numbers of runs it is the one
/// that L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion", Stat. Sci. 16 (2001), recommend.
public struct WilsonInterval: Sendable, Hashable, Codable {
    /// Shares, 0...1.
    public let low: Double
    public let high: Double

    /// The standard normal's quantile for 95 % on both sides.
    static let z = 1.959963984540054

    /// - Parameters:
    ///   - failed: at least 0.
    ///   - runs: at least `failed`; without runs all rates are possible.
    public init(failed: Int, runs: Int) {
        guard runs > 0 else {
            (low, high) = (0, 1)
            return
        }
        let count = Double(runs), rate = min(1, max(0, Double(failed) / count)), square = Self.z * Self.z
        let centre = (rate + square / (2 * count)) / (1 + square / count)
        let half = Self.halfWidth(rate, runs: count)
        // At the ends the limits are exact; rounding must not leave 0...1.
        low = failed <= 0 ? 0 : max(0, centre - half)
        high = failed >= runs ? 1 : min(1, centre + half)
    }

    /// How wide it is, 0...1.
    public var width: Double { high - low }

    private static func halfWidth(_ rate: Double, runs: Double) -> Double {
        let square = z * z
        return z / (1 + square / runs) * (rate * (1 - rate) / runs + square / (4 * runs * runs)).squareRoot()
    }

    /// The width at which a rate counts as settled: no more than 5 points to either side.
    public static let settledWidth = 0.10

    /// How many more runs make the interval no wider than `width`, if they fail at the same rate.
    public static func furtherRuns(failed: Int, runs: Int, width: Double = settledWidth) -> Int {
        let rate = runs > 0 ? min(1, max(0, Double(failed) / Double(runs))) : 0.5
        // The width only falls with the runs; at any rate a few hundred do for the usual one.
        var low = 0, high = 1
        while 2 * halfWidth(rate, runs: Double(high)) > width, high < 1 << 40 { high *= 2 }
        while high - low > 1 {
            let middle = (low + high) / 2
            if 2 * halfWidth(rate, runs: Double(middle)) > width { low = middle } else { high = middle }
        }
        return max(0, high - runs)
    }
}
