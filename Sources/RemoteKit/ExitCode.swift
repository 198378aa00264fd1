public import Fleet

/// What the program says to the script that started it. These numbers are part of its interface.
///
/// | code | meaning |
/// | --- | --- |
/// | 0 | every file that was to be tested passed |
/// | 1 | tests failed: at least one file failed, timed out, crashed, ran out of memory or was unreadable |
/// | 2 | usage or configuration: nothing was started |
/// | 3 | the host: it cannot be reached, refused us, or the connection was lost |
/// | 4 | prepare failed: the build command, so that nothing was run |
/// | 5 | the run is incomplete: files are untested or have no record, and none of the others failed |
/// | 130 | interrupted by Ctrl-C; a run that was started goes on |
public enum ExitCode: Int32, Sendable, CaseIterable {
    case passed = 0
    case testsFailed = 1
    case usage = 2
    case host = 3
    case prepareFailed = 4
    case incomplete = 5
    case interrupted = 130

    /// The code of a run that has ended.
    ///
    /// A failure wins over an incomplete run: it is certain, whatever the missing files would have said. Blocked
    /// files (`skipped`) alone fail nothing. Counts that do not add up to `total`, and a run of no files, are incomplete.
    /// - Parameters:
    ///   - outcomes: published records by outcome.
    ///   - total: every file of the manifest.
    public static func of(outcomes: [Outcome: Int], total: Int) -> ExitCode {
        let bad: [Outcome] = [.fail, .timeout, .crashed, .outOfMemory, .unreadable]
        if bad.contains(where: { (outcomes[$0] ?? 0) > 0 }) { return .testsFailed }
        let sum = outcomes.values.reduce(0, +)
        return (outcomes[.untested] ?? 0) > 0 || sum != total || total <= 0 ? .incomplete : .passed
    }

    /// The code of a run that has ended.
    public static func of(_ status: RunStatus) -> ExitCode {
        let status = status.clamped()
        return of(outcomes: status.outcomes, total: status.total)
    }

    /// The code of an error of this module.
    public static func of(_ error: ConfigurationError) -> ExitCode { .usage }
}
