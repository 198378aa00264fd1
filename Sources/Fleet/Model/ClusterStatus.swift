/// Where a run is on its cluster. Slurm only explains why something waits; everything else is told from the run directory.
public struct ClusterStatus: Codable, Sendable, Equatable {
    /// The array jobs, by their numbers.
    public var jobs: [String]
    /// Elements that wait to be started, as Slurm said last.
    public var waiting: Int
    /// Why they wait, in words; each reason once.
    public var reasons: [String]
    /// When Slurm answered last, in seconds since 1970; absent while it has not.
    public var askedAt: Double?
    /// Slurm's own words where it does not answer; what it said before may be old then.
    public var silence: String?
    /// The elements that have been at work, the latest life of each.
    public var nodes: [NodeStatus]

    /// Each parameter is the property of the same name; what has no parameter is set afterwards.
    public init(jobs: [String], waiting: Int = 0, reasons: [String] = [], askedAt: Double? = nil) {
        self.jobs = jobs
        self.waiting = waiting
        self.reasons = reasons
        self.askedAt = askedAt
        nodes = []
    }
}

/// An element of an array job: a supervisor with its workers.
public struct NodeStatus: Codable, Sendable, Equatable {
    /// What became of it.
    public enum State: String, Codable, Sendable {
        case running
        /// It has left in order.
        case ended
        /// It was killed, or its machine was.
        case lost
    }

    /// Its number in the run, from 0.
    public var element: Int
    /// How often Slurm has started it again.
    public var restarts: Int
    /// The machine.
    public var host: String
    /// What became of it.
    public var state: State
    /// The number of its first worker, as in ``WorkerStatus/slot``.
    public var firstWorker: Int
    /// Workers that it keeps alive.
    public var workers: Int
    /// Those that run a file.
    public var busy: Int
    /// Use of its cores by its workers, 0...1.
    public var cpu: Double
    /// Resident bytes of its workers.
    public var rss: Int
    /// Why it could not go on, in words.
    public var error: String?

    /// Each parameter is the property of the same name; what has no parameter is set afterwards.
    public init(element: Int, restarts: Int, host: String, state: State, firstWorker: Int, workers: Int) {
        self.element = element
        self.restarts = restarts
        self.host = host
        self.state = state
        self.firstWorker = firstWorker
        self.workers = workers
        busy = 0
        cpu = 0
        rss = 0
    }
}
