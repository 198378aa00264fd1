import Glibc

/// Whether one of two conditions fails more often than the other, or chance alone can explain it: Fisher's exact test of a table of two by two
/// (R. A. Fisher, "The design of experiments", 1935, chapter II), one-sided.
enum FisherTest {
    /// The probability that `first` has as many failures as it has, or more, when both conditions fail equally often.
    static func moreOften(_ first: (failed: Int, runs: Int), than second: (failed: Int, runs: Int)) -> Double {
        let failed = first.failed + second.failed, runs = first.runs + second.runs
        guard first.runs > 0, second.runs > 0, failed > 0 else { return 1 }
        let all = choices(runs, failed)
        let most = min(failed, first.runs)
        guard first.failed <= most else { return 1 }
        let sum = (first.failed...most).reduce(0.0) { sum, count in
            guard failed - count <= second.runs else { return sum }
            return sum + exp(choices(first.runs, count) + choices(second.runs, failed - count) - all)
        }
        return min(1, sum)
    }

    /// The logarithm of `n` over `k`.
    private static func choices(_ n: Int, _ k: Int) -> Double { lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1)) }
}
