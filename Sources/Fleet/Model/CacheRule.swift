/// Whether files may be left out whose verdict is known; see ``RunSpec/cached``.
public struct CacheRule: Codable, Sendable, Equatable {
    /// How many of the files with a known verdict are run all the same, in percent, rounded up; 0 runs none of them.
    public var auditPercent: Int
    /// - Parameter auditPercent: how many of the files with a known verdict are run all the same.
    public init(auditPercent: Int) { self.auditPercent = auditPercent }
}

/// What an earlier run has shown of a file: that it passes.
public struct KnownVerdict: Codable, Sendable, Equatable {
    /// The run in which it was run.
    public var run: String
    /// Statements and queries that ran.
    public var tests: Int
    /// Records that a condition left out.
    public var skipped: Int
    /// Each parameter is the property of the same name.
    public init(run: String, tests: Int, skipped: Int) {
        self.run = run
        self.tests = tests
        self.skipped = skipped
    }
}
