@testable import RemoteKit
import Testing

@Suite struct WilsonIntervalTests {
    /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods", Statistics in Medicine 17 (1998), table I,
    /// method 3 (the score method of Wilson, without correction). Brown, Cai and DasGupta (2001) give the same formula.
    @Test("the limits are those that are published", arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func published(failed: Int, runs: Int, low: Double, high: Double) {
        let interval = WilsonInterval(failed: failed, runs: runs)
        #expect(abs(interval.low - low) < 0.00005)
        #expect(abs(interval.high - high) < 0.00005)
    }

    @Test("the limits stay within 0 and 1, hold the rate, and mirror each other")
    func shape() {
        for runs in 1...60 {
            for failed in 0...runs {
                let interval = WilsonInterval(failed: failed, runs: runs), mirror = WilsonInterval(failed: runs - failed, runs: runs)
                let rate = Double(failed) / Double(runs)
                #expect(interval.low >= 0 && interval.high <= 1 && interval.low <= rate && rate <= interval.high, "\(failed) of \(runs)")
                #expect(abs(interval.low - (1 - mirror.high)) < 1e-12, "\(failed) of \(runs)")
            }
        }
        #expect(WilsonInterval(failed: 0, runs: 0) == WilsonInterval(failed: 0, runs: -1))
        #expect(WilsonInterval(failed: 0, runs: 0).width == 1)
    }

    @Test("the further runs are the fewest that make the interval narrow enough at the same rate", arguments: [(1, 2, 381), (1, 10, 141), (3, 12, 286), (0, 5, 35)])
    func further(failed: Int, runs: Int, needed: Int) {
        #expect(WilsonInterval.furtherRuns(failed: failed, runs: runs) == needed - runs)
    }

    @Test("a rate that is settled needs no more runs, and a narrower aim needs more")
    func settled() {
        #expect(WilsonInterval.furtherRuns(failed: 200, runs: 1000) == 0)
        #expect(WilsonInterval.furtherRuns(failed: 1, runs: 10, width: 0.02) > WilsonInterval.furtherRuns(failed: 1, runs: 10, width: 0.1))
        #expect(WilsonInterval.furtherRuns(failed: 0, runs: 0) == 381)
    }
}
