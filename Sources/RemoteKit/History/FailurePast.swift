/// What became of a file in earlier full runs of its project.
public struct FailurePast: Sendable, Equatable, Codable {
    /// Runs that are looked at, the latest ones before this, in which the file was run.
    public var runs: Int
    /// Those in which it failed.
    public var failed: Int
    /// The commit of the run that began the series of failures which lasts until now; `nil` where the file passed last time, or the commit is not known.
    public var firstCommit: String?
    /// When that run began, in seconds since 1970.
    public var firstAt: Double?

    /// Each parameter is the property of the same name.
    public init(runs: Int, failed: Int, firstCommit: String? = nil, firstAt: Double? = nil) {
        self.runs = runs
        self.failed = failed
        self.firstCommit = firstCommit
        self.firstAt = firstAt
    }
}

/// One run in the trend of a project.
public struct TrendPoint: Sendable, Equatable, Codable {
    /// The name of the run.
    public var run: String
    /// Seconds since 1970.
    public var startedAt: Double
    public var commit: String?
    public var branch: String?
    /// Files.
    public var total: Int
    public var passed: Int
    public var failed: Int
    /// Wall-clock seconds.
    public var wall: Double

    /// Each parameter is the property of the same name.
    public init(run: String, startedAt: Double, commit: String?, branch: String?, total: Int, passed: Int, failed: Int, wall: Double) {
        self.run = run
        self.startedAt = startedAt
        self.commit = commit
        self.branch = branch
        self.total = total
        self.passed = passed
        self.failed = failed
        self.wall = wall
    }
}
