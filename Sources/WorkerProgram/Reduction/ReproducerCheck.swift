import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Runs what is left of a file once more, as anybody would: all of it, on a fresh database.
struct ReproducerCheck {
    private let reduction: Reduction

    init(_ reduction: Reduction) { self.reduction = reduction }

    /// How often one that is not there each time is wanted to be seen, and the bounds of the runs for that.
    private static let wanted = 8, fewest = 16, most = 160
    /// Seconds after which there are no more such runs.
    private static let patience = 60.0

    /// - Parameter result: learns how often its last record fails, where that is not each time.
    /// - Returns: what is wrong with it; nil if its last record fails, and no other.
    func problem(of result: inout Reduction.Result) -> String? {
        let script = ReducedScript(result.candidate, expected: result.expected, comments: [])
        var options = reduction.options
        if !reduction.runsFiles { options.engineName = reduction.engineName }
        options.allowsSystem = reduction.allowsSystem
        let began = Clock.monotonic
        var runs = 0, failures = 0
        while !PendingSignal.isSet {
            guard let verdict = verdict(Script(script.script), options) else { return "it could not be run" }
            // Where its program counts lines otherwise, the tries have shown which record it is.
            let lines = reduction.engine is any FileEngine ? [] : verdict.failures.filter { $0.line > 0 && $0.file == nil }.map { $0.recordLine ?? $0.line }
            if let first = lines.first(where: { $0 < script.lastLine }) { return "its line \(first) does not hold either" }
            runs += 1
            failures += verdict.errors > 0 ? 1 : 0
            if result.flaky == nil, failures == runs { return nil }
            // It was there each time until now.
            let flaky = result.flaky ?? Flakiness(whole: 1)
            result.flaky = Flakiness(whole: flaky.whole, runs: runs, failures: failures)
            if runs >= Self.fewest && failures >= Self.wanted || runs >= Self.most || Clock.seconds(since: began) > Self.patience { break }
        }
        return failures == 0 && runs > 0 ? "it passes when it is run alone" : nil
    }

    private func verdict(_ script: Script, _ options: RunOptions) -> FileVerdict? {
        let folder = TrialFolder(), path = "\(folder.path)/reduced.test"
        defer { withExtendedLifetime(folder) {} }
        guard (try? WholeFile.write(script.bytes, to: path)) != nil, var pool = try? LocalPool(FileWork(engine: reduction.engine, options: options), jobs: 1) else { return nil }
        pool.fileTimeout = reduction.timeout
        pool.memory = reduction.memory
        pool.isInProcess = !(reduction.engine is ExternalEngine || reduction.engine is any FileEngine)
        var found: FileResult?
        pool.run([path], failFast: true) { found = $0 }
        return found?.verdict
    }
}
