import Glibc

/// Wald's sequential probability ratio test (*Sequential Tests of Statistical Hypotheses*, 1945) for a failure that is not there each time: does a
/// candidate fail about as often as the whole file does, or at a tenth of that rate or less? What clearly fails or clearly does not is decided
/// after few runs.
package struct SequentialTest: Sendable, Codable {
    /// What the runs so far have shown.
    package enum Decision: Sendable {
        /// It fails at the rate of the whole file.
        case fails
        /// It fails at a tenth of it, or less.
        case holds
    }

    /// How likely a candidate is taken that fails at a tenth of the rate only, at the most.
    package static let wrongAcceptance = 0.01
    /// How likely a candidate is refused that fails at the rate of the test, at the most.
    package static let wrongRefusal = 0.05
    /// The rate of those that hold, as a share of the other one.
    static let share = 0.1
    /// The rate of the test as a share of the one that was measured: that may be too high by chance.
    static let caution = 0.75

    /// Of those that fail.
    let rate: Double
    /// How many runs there were.
    package private(set) var runs = 0
    private var evidence = 0.0

    /// - Parameter measured: in what share of its runs the whole file failed, above 0.
    package init(measured: Double) { rate = min(max(measured, 0.001), 0.99) * Self.caution }

    /// Runs after which a candidate is refused of which nothing is known even then: four times as many as refuse one that never fails.
    package var most: Int { 4 * fewest }

    /// Runs after which a candidate is refused that has not failed in any of them.
    package var fewest: Int { Int((log(Self.lower) / log((1 - rate) / (1 - rate * Self.share))).rounded(.up)) }

    private static let upper = (1 - wrongRefusal) / wrongAcceptance
    private static let lower = wrongRefusal / (1 - wrongAcceptance)

    /// Takes the end of one more run.
    /// - Returns: nil while more runs are needed.
    package mutating func note(isFailure: Bool) -> Decision? {
        runs += 1
        evidence += isFailure ? log(1 / Self.share) : log((1 - rate) / (1 - rate * Self.share))
        if evidence >= log(Self.upper) { return .fails }
        return evidence <= log(Self.lower) || runs >= most ? .holds : nil
    }

    /// Takes how a run of a candidate ended, and makes it how the candidate does, as far as that is decided.
    /// - Returns: whether more runs are needed; there is no judgement then.
    package mutating func isOpen(_ judgement: inout Judgement?) -> Bool {
        // One that does not even come to its last record never will.
        guard let last = judgement, !last.isInvalid else { return false }
        guard let decision = note(isFailure: last == .same) else {
            judgement = nil
            return true
        }
        if decision == .fails { judgement = .same } else if last == .same { judgement = .passes }
        return false
    }

    /// How sure it is that something fails at more than a tenth of a rate: how unlikely as many failures would be otherwise.
    /// - Parameters:
    ///   - failures: that were seen in so many runs, which were made for this.
    ///   - measured: the rate.
    package static func confidence(failures: Int, runs: Int, measured: Double) -> Double {
        let small = min(max(measured, 0.001), 1) * share
        // The binomial distribution, up to one failure less.
        var term = pow(1 - small, Double(runs)), sum = 0.0
        for count in 0..<max(0, failures) {
            sum += term
            term *= Double(runs - count) / Double(count + 1) * small / (1 - small)
        }
        return min(sum, 1)
    }
}
