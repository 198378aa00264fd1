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

    /// For people.
    var words: String {
        let whole = Int((whole * 100).rounded())
        guard let confidence else { return "It fails now and then: the whole file did in about \(whole) % of its runs." }
        return "It fails now and then: alone in \(failures) of \(runs) runs, the whole file in about \(whole) %. That it fails at more than a tenth of that rate is \(Int((confidence * 100).rounded(.down))) % sure."
    }
}
