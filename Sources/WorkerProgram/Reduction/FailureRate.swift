import Glibc
import Platform

/// How often a failure shows itself that is not there each time.
enum FailureRate {
    /// Runs after which a failure that was there each time is taken for one that is.
    private static let looks = 6
    /// Runs that one gets that is not.
    private static let showings = 20

    /// - Parameter fails: runs it once.
    /// - Returns: nil if it fails each time.
    static func measured(isOver: () -> Bool, _ fails: () -> Bool) -> Double? {
        var failures = 0, runs = 0
        func run() {
            runs += 1
            if fails() { failures += 1 }
        }
        // One that is there in half of the runs would be taken for one that is there in all in 1 of 128 cases.
        let began = Clock.monotonic
        repeat { run() } while runs < looks && failures == runs && (runs < 2 || Clock.seconds(since: began) < 2)
        guard failures < runs, !isOver() else { return nil }
        while runs < showings, !isOver() { run() }
        return max(Double(failures), 0.5) / Double(runs)
    }

    /// How often a candidate is run to be 95 % sure that the failure would have shown itself.
    static func attempts(_ rate: Double) -> Int {
        // It may be rarer than it seemed: a standard deviation is taken off.
        let low = max(rate - (rate * (1 - rate) / Double(showings)).squareRoot(), 0.02)
        return min(60, Int((log(0.05) / log(1 - min(low, 0.99))).rounded(.up)))
    }
}
