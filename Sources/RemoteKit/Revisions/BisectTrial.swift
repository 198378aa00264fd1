public import Fleet

/// A revision that was tried.
public struct BisectTrial: Sendable, Codable, Equatable {
    /// The full hash.
    public var commit: String
    public var verdict: BisectVerdict
    /// Why it is no plain verdict, safe in a line; `nil` for a good or bad one.
    public var reason: String?
    /// How often the files were run on one build.
    public var runs: Int
    /// In how many of those something failed.
    public var failed: Int
    /// The files that failed, each with the failures that were looked at.
    public var failures: [Failure]

    /// A file that failed.
    public struct Failure: Sendable, Codable, Equatable {
        /// As the run has it, with the failures that were looked at alone.
        public var record: FileRecord
        /// Rows behind them, where they are known.
        public var rows: [FailureRows]
    }

    /// Each parameter is the property of the same name.
    public init(commit: String, verdict: BisectVerdict, reason: String? = nil, runs: Int = 0, failed: Int = 0, failures: [Failure] = []) {
        self.commit = commit
        self.verdict = verdict
        self.reason = reason
        self.runs = runs
        self.failed = failed
        self.failures = failures
    }
}
