/// How far the groups of a run's failures are.
public struct CausesProgress: Sendable, Equatable {
    /// All of them.
    public var groups: Int
    /// Those that are done, or given up.
    public var ended: Int
    /// The failures that are reduced now.
    public var atWork: [SimilarFailures.Member]
    /// Records that are left of those.
    public var records = 0
    /// Candidates that were tried, of all groups.
    public var tries = 0

    /// What has no parameter is set afterwards.
    public init(groups: Int, ended: Int, atWork: [SimilarFailures.Member]) {
        self.groups = groups
        self.ended = ended
        self.atWork = atWork
    }
}
