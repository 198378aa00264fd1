import Platform
import SQLLogicTest

/// How often a failure is there that is not there each time.
struct Flakiness {
    /// In what share of its runs the whole file failed.
    var whole: Double
    /// How often what is left of it was run afterwards, by itself, and how often it failed then.
    var runs = 0
    var failures = 0

    /// In what share of its runs it fails, as far as that is known.
    var rate: Double { runs > 0 ? Double(failures) / Double(runs) : whole }

    /// How sure it is that what is left fails at more than a tenth of the rate of the whole file; nil before it was run.
    var confidence: Double? { runs > 0 ? SequentialTest.confidence(failures: failures, runs: runs, measured: whole) : nil }

    // MARK: Measuring

    /// Runs that a failure that is not there each time gets to show itself: one of 10 % stays away from all of them in 1 of 500 cases.
    static let showings = 60
    /// Seconds that are spent on that, and on its rate.
    static let patience = 20.0
    /// Failures after which its rate is known well enough, and runs after which it has to be.
    private static let failuresForRate = 8, runsForRate = 150
    /// Runs after which a failure that was there each time is taken for one that is, and seconds; one that is there in half of them is in 1 of
    /// 4,096 cases. And those of a second look.
    private static let looks = (runs: 12, seconds: 2.0), secondLooks = (runs: 30, seconds: 20.0)

    /// In what share of some runs something fails.
    /// - Parameters:
    ///   - width: runs at a time.
    ///   - isSecond: whether it was taken for one that fails each time.
    ///   - failures: runs it so often and counts; nil when there is no more time.
    /// - Returns: nil if it fails each time.
    static func rate(width: Int, isSecond: Bool = false, _ failures: (Int) -> Int?) -> Double? {
        let looks = isSecond ? secondLooks : looks
        var found = 0, runs = 0
        func run(_ count: Int) -> Bool {
            guard let some = failures(count) else { return false }
            runs += count
            found += some
            return true
        }
        var began = Clock.monotonic
        repeat { if !run(min(width, looks.runs - runs)) { return nil } } while runs < looks.runs && found == runs && (runs < 2 || Clock.seconds(since: began) < looks.seconds)
        guard found < runs else { return nil }
        began = Clock.monotonic
        while found < failuresForRate || found == runs, runs < runsForRate, Clock.seconds(since: began) < Self.patience, run(width) {}
        return max(Double(found), 0.5) / Double(runs)
    }

    // MARK: Words

    /// For people.
    var words: String {
        let whole = Int((whole * 100).rounded())
        guard let confidence else { return "It fails now and then: the whole file did in about \(whole) % of its runs." }
        return "It fails now and then: alone in \(failures) of \(runs) runs, the whole file in about \(whole) %. That it fails at more than a tenth of that rate is \(Int((confidence * 100).rounded(.down))) % sure."
    }
}
