public import Fleet

/// Starts an interrupted or stopped run again.
public struct ResumeRequest: Codable, Sendable, Equatable {
    /// Which run.
    public var run: RunChoice
    /// Also on other sources than those that it began on.
    public var force: Bool
    /// As before where there is none; 0 is as many as the host has cores.
    public var workers: Int?
    /// Seconds; as before where there are none.
    public var timeBudget: Double?

    /// Each parameter is the property of the same name.
    public init(run: RunChoice, force: Bool = false, workers: Int? = nil, timeBudget: Double? = nil) {
        self.run = run
        self.force = force
        self.workers = workers
        self.timeBudget = timeBudget
    }
}
