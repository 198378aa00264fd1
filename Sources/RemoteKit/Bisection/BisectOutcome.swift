public import TreeSync

/// What a bisect came to.
public struct BisectOutcome: Sendable, Codable, Equatable {
    /// Of this format.
    public var version = 1
    /// The commit that broke it; `nil` where it is one of ``left``.
    public var firstBad: GitRevisions.Description?
    /// The commits that it is one of, because most of them have no verdict; empty where it was found.
    public var left: [GitRevisions.Description] = []
    /// The last commit before it that is known to be good.
    public var lastGood: GitRevisions.Description?
    /// What came of the first bad commit; of the last one of ``left`` where it was not found.
    public var after: BisectTrial?
    /// What came of ``lastGood``.
    public var before: BisectTrial?
    /// All verdicts, in the order in which they came; without what failed.
    public var trials: [BisectTrial]
    /// Good commits that contain a bad one: it was mended there before it broke again.
    public var mended: [String] = []
    /// The commits between the good one and the bad one, with this.
    public var commits: Int
    /// How often revisions were chosen.
    public var rounds: Int

    /// What the program says to the script that started it.
    public var exitCode: ExitCode { firstBad == nil ? .incomplete : .passed }
}
