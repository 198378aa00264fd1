/// Why a run ended.
public enum RunEnd: String, Codable, Sendable {
    /// Every file has been run.
    case drained
    /// The time budget was over.
    case budget
    /// Somebody asked for it.
    case stopped
    /// The run itself could not go on; `error` says why.
    case failed
}

/// How a run ended, as one value: `summary.json` in the run directory.
public struct RunSummary: Codable, Sendable, Equatable {
    public var version = 1
    public var id: String
    public var workspace: String
    public var end: RunEnd
    /// What went wrong with the run itself, in words.
    public var error: String?
    /// Seconds since 1970; `startedAt` is that of the first start when the run was resumed.
    public var startedAt: Double
    public var finishedAt: Double
    /// Seconds the last supervisor ran.
    public var wall: Double
    /// Every file of the manifest; the sum over `outcomes`, or `error` says that it is not.
    public var total: Int
    /// Records in `records.jsonl` by outcome, `untested` ones included.
    public var outcomes: [Outcome: Int]
    public var tests: Int
    public var skippedRecords: Int
    public var errors: Int
    public var workers: Int
    public var restarts: Int
    public var lateResults: Int
    /// Average use of the host's cores, 0...1.
    public var utilisation: Double?
    /// What became of the workers' time.
    public var use: FleetUse?
    /// What each worker might have.
    public var memory: MemoryLimit?
    /// Rounds of the queue that were finished, in a soak run; `iterations.jsonl` has them.
    public var iterations: Int?
    /// Files that passed and failed on the same sources.
    public var flaky: Int?

    /// Whether every file has a record that says something about it.
    public var isComplete: Bool { end != .failed && error == nil && (outcomes[.untested] ?? 0) == 0 }
}
