public import Fleet

/// What the program says to the script that started it. These numbers are part of its interface.
///
/// | code | meaning |
/// | --- | --- |
/// | 0 | every file that was to be tested passed; or a bisect found the first bad commit |
/// | 1 | tests failed: at least one file failed, timed out, crashed, ran out of memory or was unreadable, and is not known to; a file was flaky, where that fails a run; or a comparison found something that held before |
/// | 2 | usage or configuration: nothing was started |
/// | 3 | the host: it cannot be reached, refused us, or the connection was lost |
/// | 4 | prepare failed: the build command, so that nothing was run |
/// | 5 | the run is incomplete: files are untested or have no record, and none of the others failed; or no test was run at all; or a bisect ended with several commits left; or verdicts of earlier runs were taken and proved wrong |
/// | 6 | the engine cannot be started, or has gone: files are untested for that, and none of the others failed |
/// | 130 | interrupted by Ctrl-C; a run that was started goes on, and a bisect can be resumed |
public enum ExitCode: Int32, Sendable, Codable, CaseIterable {
    case passed = 0
    case testsFailed = 1
    case usage = 2
    case host = 3
    case prepareFailed = 4
    case incomplete = 5
    case engine = 6
    case interrupted = 130

    /// The code of a run that has ended.
    ///
    /// A failure wins over an incomplete run: it is certain, whatever the missing files would have said. Blocked
    /// files and files without tests (`skipped`) fail nothing, but a run of nothing else has shown nothing, and is
    /// incomplete. Counts that do not add up to `total`, and a run of no files, are incomplete.
    /// - Parameters:
    ///   - outcomes: published records by outcome.
    ///   - total: every file of the manifest.
    ///   - obstacle: what kept the run from going on.
    public static func of(outcomes: [Outcome: Int], total: Int, obstacle: RunObstacle? = nil) -> ExitCode {
        if outcomes.contains(where: { $0.key.isFailure && $0.value > 0 }) { return .testsFailed }
        let sum = outcomes.values.reduce(0, +)
        let isComplete = (outcomes[.untested] ?? 0) == 0 && sum == total && total > 0
        if !isComplete && obstacle == .engine { return .engine }
        return isComplete && (outcomes[.pass] ?? 0) > 0 ? .passed : .incomplete
    }

    /// The code of a run that has ended.
    public static func of(_ status: RunStatus) -> ExitCode {
        if failsForFlakyFiles(status) { return .testsFailed }
        return of(outcomes: status.outcomes, total: status.total, obstacle: status.obstacle).proven(in: status)
    }

    /// The same, unless verdicts that were taken from earlier runs have proved wrong: then not all that passed has been shown to pass.
    public func proven(in status: RunStatus) -> ExitCode { self == .passed && status.cache?.differing?.isEmpty == false ? .incomplete : self }

    /// Whether the run fails because files passed and failed, whatever else it came to.
    static func failsForFlakyFiles(_ status: RunStatus) -> Bool { status.flakyRule == .fail && status.flaky ?? 0 > 0 }

    /// The code of an error of this module.
    public static func of(_ error: ConfigurationError) -> ExitCode { .usage }
}
