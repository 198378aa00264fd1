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

/// What kind of thing kept a run from going on.
public enum RunObstacle: String, Codable, Sendable {
    /// The engine cannot be started, or has gone and does not come back.
    case engine
    /// The file system of the run directory takes nothing more.
    case disk
}

/// How a run ended, as one value: `summary.json` in the run directory.
public struct RunSummary: Codable, Sendable, Equatable {
    /// Of this format.
    public var version = 1
    /// The name of the run.
    public var id: String
    /// Absolute path of the source tree on the host.
    public var workspace: String
    /// Why it ended.
    public var end: RunEnd
    /// What went wrong with the run itself, in words.
    public var error: String?
    /// What kind of thing that was, where it is known.
    public var obstacle: RunObstacle?
    /// Seconds since 1970; `startedAt` is that of the first start when the run was resumed.
    public var startedAt: Double
    /// Seconds since 1970.
    public var finishedAt: Double
    /// Seconds the last supervisor ran.
    public var wall: Double
    /// Every file of the manifest; the sum over `outcomes`, or `error` says that it is not.
    public var total: Int
    /// Records in `records.jsonl` by outcome, `untested` ones included.
    public var outcomes: [Outcome: Int]
    /// Statements and queries that ran, in all records.
    public var tests: Int
    /// Records that a condition left out.
    public var skippedRecords: Int
    /// Records that did not hold.
    public var errors: Int
    /// Workers that were wanted at the end.
    public var workers: Int
    /// Workers that died and were replaced.
    public var restarts: Int
    /// Results of workers that had lost their claim, discarded.
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
    /// How often files were run again for a failure, and records by their own script; `nil` where nothing was.
    public var retries: Int?
    /// Files that were not run again because the run had no retries left.
    public var retriesRefused: Int?
    /// What was taken from verdicts of earlier runs; `nil` where that was not asked for.
    public var cache: CacheUse?
    /// Files among the untested ones that were given to another host; `nil` where none was.
    public var givenBack: Int?

    /// Whether every file has a record that says something about it.
    public var isComplete: Bool { end != .failed && error == nil && (outcomes[.untested] ?? 0) == 0 }
}
