/// One round of the queue in a soak run: a line of `iterations.jsonl`.
public struct IterationSummary: Codable, Sendable, Equatable {
    /// From 1.
    public var iteration: Int
    /// Files of the round, without blocked ones.
    public var files: Int
    /// Records by outcome; their sum is `files` once the round is finished.
    public var outcomes: [Outcome: Int] = [:]
    /// When its first record was published, in seconds since 1970. Rounds overlap.
    public var firstAt: Double?
    /// When its last record was published, in seconds since 1970.
    public var lastAt: Double?

    init(iteration: Int, files: Int) {
        self.iteration = iteration
        self.files = files
    }

    /// Whether every file of the round has its record.
    public var isFinished: Bool { outcomes.values.reduce(0, +) >= files }

    mutating func add(_ outcome: Outcome, at time: Double) {
        outcomes[outcome, default: 0] += 1
        firstAt = min(firstAt ?? time, time)
        lastAt = max(lastAt ?? time, time)
    }
}
