public import Fleet

/// What is different between two runs of a suite.
public struct RunComparison: Sendable, Equatable, Codable {
    /// Files that failed in the later run and passed in the earlier one, and records that failed newly in files that failed in both.
    public var newlyFailing: [Change] = []
    /// The other way round.
    public var fixed: [Change] = []
    /// Records, or files, that fail in both runs with another result, kind or outcome.
    public var failingOtherwise: [Change] = []
    /// Records, or files, that fail in both runs alike.
    public var stillFailing: [Change] = []
    /// Files of the earlier run only.
    public var disappeared: [String] = []
    /// Files of the later run only.
    public var new: [String] = []
    /// Files, or records, that fail in the later run and of which the earlier one says nothing: it did not run the file, or had stopped before the record.
    public var failingUnseen: [Change] = []
    /// Files, or records, that hold in some runs on the same sources and fail in others: what differs says nothing of a change.
    public var flaky: [Change] = []
    /// Files that have no verdict in the later run and had one in the earlier: blocked, skipped or untested now.
    public var noLongerRun: [Change] = []
    /// Files that took more CPU time, beyond what the file's own noise explains.
    public var slower: [Slowdown] = []

    /// One file or one record of it.
    public struct Change: Sendable, Equatable, Codable {
        /// Relative to the workspace.
        public var file: String
        /// Where the record begins; `nil` when the file as a whole is meant.
        public var line: Int?
        /// Which record.
        public var identity: RecordIdentity?
        /// Outcomes of the file.
        public var before: Outcome?
        public var after: Outcome?
        /// Of the failure in the later run, else in the earlier one.
        public var kind: FailureKind?
        /// What is wrong, in one line.
        public var message: String
        /// The record's SQL, cut.
        public var sql: String
        /// The script that the line is of, when it is one that the file includes.
        public var script: String?
        /// Other records of the file of which the same is true, where the change is that of the whole file.
        public var further: Int?
        /// Records that fail as a consequence of this one; they are listed nowhere else.
        public var followers: Int?

        /// Each parameter is the property of the same name; what has no parameter is set afterwards.
        public init(file: String, line: Int? = nil, identity: RecordIdentity? = nil, before: Outcome? = nil, after: Outcome? = nil,
                    kind: FailureKind? = nil, message: String = "", sql: String = "") {
            self.file = file
            self.line = line
            self.identity = identity
            self.before = before
            self.after = after
            self.kind = kind
            self.message = message
            self.sql = sql
        }
    }

    /// A file that became slower.
    public struct Slowdown: Sendable, Equatable, Codable {
        /// Relative to the workspace.
        public var file: String
        /// CPU seconds in the earlier run; where more runs are known, their median.
        public var before: Double
        /// CPU seconds in the later run.
        public var after: Double

        /// Each parameter is the property of the same name.
        public init(file: String, before: Double, after: Double) {
            self.file = file
            self.before = before
            self.after = after
        }
    }

    /// How many times the CPU time of the earlier run the files took, as the median over those that can be told; `nil` where there are too few.
    public var cpuRatio: Double?

    /// Nothing is different so far.
    public init() {}

    /// Whether the later run is worse in what fails; slower files alone do not make it so.
    public var hasRegressions: Bool { !newlyFailing.isEmpty }
}
