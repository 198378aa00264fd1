/// How one file ended. Nothing but `pass` counts as passed.
///
/// All that depends on the outcome alone is said here, by switches that the compiler checks for a new one.
public enum Outcome: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
    case pass
    case fail
    /// Killed at the file's wall-clock limit.
    case timeout
    /// The worker died of a signal, or left, more often than the attempt cap allows.
    case crashed
    case outOfMemory = "out-of-memory"
    case unreadable
    /// Kept out by a rule, with its reason in `message`.
    case blocked
    /// It needs a directive or an extension that is not there; `message` says which.
    case unsupported
    /// It has no tests. Records of older releases also have this for `blocked` and `unsupported`.
    case skipped
    /// Never finished, because the budget was over or the run was stopped.
    case untested

    /// Its number in binary files, where it never changes: words of a scoreboard's bank, feeds. 8 to 10 are other counts of a bank.
    package var code: Int {
        switch self {
        case .pass: 0
        case .fail: 1
        case .timeout: 2
        case .crashed: 3
        case .outOfMemory: 4
        case .unreadable: 5
        case .skipped: 6
        case .untested: 7
        case .blocked: 11
        case .unsupported: 12
        }
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: allCases.map { ($0.code, $0) })

    /// `nil` for a number that stands for none: never a pass.
    package init?(code: Int) {
        guard let outcome = Outcome.byCode[code] else { return nil }
        self = outcome
    }

    /// Whether the file was run, or should have been, and did not hold.
    public var isFailure: Bool {
        switch self {
        case .fail, .timeout, .crashed, .outOfMemory, .unreadable: true
        case .pass, .blocked, .unsupported, .skipped, .untested: false
        }
    }

    /// Whether the file says nothing of the code that is tested, and will not in another run either.
    public var isKeptOut: Bool {
        switch self {
        case .blocked, .unsupported, .skipped: true
        case .pass, .fail, .timeout, .crashed, .outOfMemory, .unreadable, .untested: false
        }
    }

    /// Whether the file has a verdict.
    package var isVerdict: Bool { self == .pass || isFailure }

    /// In a report's words.
    public var word: String {
        switch self {
        case .pass: "passed"
        case .fail: "failed"
        case .timeout: "timed out"
        case .crashed: "crashed"
        case .outOfMemory: "out of memory"
        case .unreadable: "unreadable"
        case .blocked: "blocked"
        case .unsupported: "unsupported"
        case .skipped: "skipped"
        case .untested: "untested"
        }
    }
}
