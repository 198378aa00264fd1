/// What a run gets of the cores of its host while others want them, too.
public struct WorkerShare: Codable, Sendable, Equatable {
    /// Workers that it may have.
    public var workers: Int
    /// Runs that share the cores, this one included.
    public var runs: Int
    /// Cores that they share.
    public var cores: Int

    /// Each parameter is the property of the same name.
    public init(workers: Int, runs: Int, cores: Int) {
        self.workers = workers
        self.runs = runs
        self.cores = cores
    }

    /// `8 of 16 workers: 2 runs share 16 cores`
    /// - Parameter wanted: workers that were asked for.
    public func words(wanted: Int) -> String {
        let cores = "\(cores) core\(cores == 1 ? "" : "s")"
        return "\(min(workers, wanted)) of \(wanted) workers: " + (runs == 1 ? "runs have \(cores) here" : "\(runs) runs share \(cores)")
    }
}
