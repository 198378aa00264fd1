/// Under what a file is run again and again, to find out on what its failures depend.
public enum SettleCondition: String, Sendable, Codable, CaseIterable {
    /// By one worker, and nothing else is run.
    case alone
    /// The same with other seeds. Only programs that run a file see a seed.
    case otherSeeds = "other-seeds"
    /// By one worker, among other files in random orders: what they leave behind in worker and host is all that is different.
    case afterOthers = "after-others"
    /// By all workers of the run's settings, among other files.
    case besideOthers = "beside-others"
    /// By twice as many workers as the host has cores, and no other file: several copies run at once, and none has a core for itself.
    case several
}

/// How often the file failed under one condition.
public struct SettleCount: Sendable, Equatable, Codable {
    public var condition: SettleCondition
    public var failed: Int
    public var runs: Int
    /// The runs of the host that were made for it, by name.
    public var names: [String]

    /// Each parameter is the property of the same name.
    public init(_ condition: SettleCondition, failed: Int, runs: Int, names: [String] = []) {
        self.condition = condition
        self.failed = failed
        self.runs = runs
        self.names = names
    }

    /// Of its rate.
    public var interval: WilsonInterval { WilsonInterval(failed: failed, runs: runs) }
}
