public import Fleet

/// A record that held and failed on equal conditions, or one that does so from host to host.
public struct FlakyFinding: Sendable, Equatable, Codable {
    /// Relative to the workspace.
    public var file: String
    /// Where the record begins; `nil` when the file as a whole is meant, because nothing is known of its records.
    public var line: Int?
    /// Which record.
    public var identity: RecordIdentity?
    /// Of its latest failure, cut; empty where no failure is listed.
    public var sql = ""
    public var message = ""
    public var kind: FailureKind?
    /// What shows it; empty for one that ``hosts`` differ on.
    public var proofs: [FlakyProof] = []
    /// Verdicts under equal conditions: on the latest sources that show it, those under which there are most.
    public var failed = 0
    public var runs = 0
    /// Of the rate `failed / runs`.
    public var interval = WilsonInterval(failed: 0, runs: 0)
    /// How many more runs make ``interval`` no wider than ``WilsonInterval/settledWidth``, at the same rate.
    public var furtherRuns = 0
    /// The run in which it first failed under conditions that show it, and when that began, in seconds since 1970.
    public var since = ""
    public var sinceAt = 0.0
    /// The latest run in which it failed, and when that began.
    public var last = ""
    public var lastAt = 0.0
    /// How often its file passed in runs after that one, whatever their conditions.
    public var passedSince = 0
    /// Where it always held and where it always failed, when the host is all that differs; otherwise empty.
    public var hosts: [HostVerdict] = []

    /// What one host says.
    public struct HostVerdict: Sendable, Equatable, Codable {
        /// The machine's name.
        public var host: String
        public var failed: Int
        public var runs: Int
    }

    init(file: String, line: Int?, identity: RecordIdentity?) {
        self.file = file
        self.line = line
        self.identity = identity
    }
}
