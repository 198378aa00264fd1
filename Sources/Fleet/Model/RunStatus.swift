/// Where a run stands, as one value: what `status` prints and `attach` follows.
public struct RunStatus: Codable, Sendable, Equatable {
    /// Where the run is.
    public enum Phase: String, Codable, Sendable {
        /// Queued behind others for its workspace; nothing is made yet.
        case waiting
        /// The directory is made, no supervisor yet.
        case created
        case running
        /// Asked to stop, workers are finishing or being ended.
        case stopping
        /// Every file has its record.
        case finished
        /// The supervisor is gone and files are left: `run --resume` goes on.
        case interrupted
    }

    /// The name of the run.
    public var id: String
    /// Where the run is.
    public var phase: Phase
    /// Absolute path of the source tree on the host.
    public var workspace: String
    /// Seconds since 1970.
    public var createdAt: Double
    /// When it was first started, in seconds since 1970.
    public var startedAt: Double?
    /// When it ended, in seconds since 1970.
    public var finishedAt: Double?
    /// Wall-clock seconds of the budget.
    public var timeBudget: Double
    /// Seconds of the budget that are left, while the run is live.
    public var timeLeft: Double?
    /// Every file of the manifest, blocked ones included.
    public var total: Int
    /// Not yet claimed.
    public var queued: Int
    /// Claimed, no record yet.
    public var running: Int
    /// Published records by outcome; their sum is `total` when the run has ended.
    public var outcomes: [Outcome: Int]
    /// Statements and queries that ran, in all published records.
    public var tests: Int
    /// Records that a condition left out.
    public var skippedRecords: Int
    /// Workers the run wants.
    public var workersWanted: Int
    /// Those of a live run, by slot.
    public var workers: [WorkerStatus]
    /// What it gets of the host's cores while others want them, too; absent where nothing limits it.
    public var share: WorkerShare?
    /// Workers that died and were replaced.
    public var restarts: Int
    /// Average CPU use of the host's cores during the run, 0...1, once known.
    public var utilisation: Double?
    /// Whether somebody asked for the end.
    public var stopRequested: Bool
    /// The round of the queue that is being claimed, from 1, in a soak run; `outcomes` are then verdicts by file over
    /// all rounds, `queued` and `running` belong to this round.
    public var iteration: Int?
    /// Files that passed and failed on the same sources.
    public var flaky: Int?
    /// How such files count; ``FlakyRule/warn`` where nothing is said.
    public var flakyRule: FlakyRule?
    /// As in ``RunSummary``.
    public var retries: Int?
    /// As in ``RunSummary``.
    public var retriesRefused: Int?
    /// As in ``RunSummary``; of a live run what is known so far.
    public var cache: CacheUse?
    /// As in ``RunSummary``; of a live run the files that were given back so far.
    public var givenBack: Int?
    /// Nothing is claimed for now, and why.
    public var paused: Pause?
    /// What became of the workers' time so far.
    public var use: FleetUse?
    /// What each worker may have; known once the run has started.
    public var memory: MemoryLimit?
    /// Results of workers that had lost their claim, discarded.
    public var lateResults: Int?
    /// The sources came by a sync that could not bring all of them; absent otherwise.
    public var partialSync: Bool?
    /// Rules of the configuration that match no file of the suite, as `suite.block: GLOB`; only in the answer to a start.
    public var unmatched: [String]?
    /// Why the run ended, once it has.
    public var end: RunEnd?
    /// What went wrong with the run itself, in words.
    public var error: String?
    /// Whose sources these are: the name of the folder that they came from.
    public var project: String?
    /// `user@client-host`
    public var startedBy: String?
    /// The sources, and those on which the run was resumed.
    public var source: SourceState?
    /// Other sources on which it was resumed, in that order.
    public var resumedOn: [SourceState]?
    /// What kind of thing kept the run from going on, where it is known.
    public var obstacle: RunObstacle?
    /// Of a run on a cluster.
    public var cluster: ClusterStatus?

    /// Why nothing is claimed.
    public enum Pause: String, Codable, Sendable {
        /// Somebody asked for it.
        case asked
        /// The host has less memory than its floor.
        case memory
    }

    /// Workers that it may have now.
    public var workersAllowed: Int { min(workersWanted, share?.workers ?? workersWanted) }
    /// Files with a record.
    public var done: Int { outcomes.values.reduce(0, +) }
    /// Files that passed.
    public var passed: Int { outcomes[.pass] ?? 0 }
    /// Records that say a file was run and did not hold.
    public var failed: Int { outcomes.reduce(0) { $0 + ($1.key.isFailure ? $1.value : 0) } }
    /// Records of files that were not run: blocked, unsupported, without tests.
    public var keptOut: Int { outcomes.reduce(0) { $0 + ($1.key.isKeptOut ? $1.value : 0) } }

    /// A status; what has no parameter is set afterwards.
    public init(id: String, phase: Phase, workspace: String, createdAt: Double, startedAt: Double? = nil,
                finishedAt: Double? = nil, timeBudget: Double, timeLeft: Double? = nil, total: Int, queued: Int,
                running: Int, outcomes: [Outcome: Int], tests: Int = 0, skippedRecords: Int = 0, workersWanted: Int,
                workers: [WorkerStatus] = [], restarts: Int = 0, utilisation: Double? = nil,
                stopRequested: Bool = false, lateResults: Int? = nil, end: RunEnd? = nil, error: String? = nil) {
        self.id = id
        self.phase = phase
        self.workspace = workspace
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.timeBudget = timeBudget
        self.timeLeft = timeLeft
        self.total = total
        self.queued = queued
        self.running = running
        self.outcomes = outcomes
        self.tests = tests
        self.skippedRecords = skippedRecords
        self.workersWanted = workersWanted
        self.workers = workers
        self.restarts = restarts
        self.utilisation = utilisation
        self.stopRequested = stopRequested
        self.lateResults = lateResults
        self.end = end
        self.error = error
    }
}

/// One worker process, read from its scoreboard slot and /proc.
public struct WorkerStatus: Codable, Sendable, Equatable {
    /// What a worker does.
    public enum State: String, Codable, Sendable { case starting, idle, running, gone }
    /// Slot number, from 0.
    public var slot: Int
    /// Its process.
    public var pid: Int32
    /// What it does.
    public var state: State
    /// The file it runs, for people.
    public var file: String?
    /// The line of the record it is on, from 1; 0 before the first.
    public var line: Int
    /// Records it has run in this file.
    public var records: Int
    /// Seconds since it took this file.
    public var elapsed: Double
    /// CPU use over the last sample, 1 = one core.
    public var cpu: Double
    /// Resident bytes, with the programs that it runs.
    public var rss: Int
    /// Seconds since its file last moved on, once that is long.
    public var stalled: Double?

    /// A stalled worker that burns CPU, however little it gets on a busy host; one that does not is sleeping.
    public var isSpinning: Bool { stalled != nil && cpu >= 0.01 }

    /// A worker; the other figures are set afterwards.
    public init(slot: Int, pid: Int32, state: State, file: String? = nil, line: Int = 0, records: Int = 0,
                elapsed: Double = 0, cpu: Double = 0, rss: Int = 0) {
        self.slot = slot
        self.pid = pid
        self.state = state
        self.file = file
        self.line = line
        self.records = records
        self.elapsed = elapsed
        self.cpu = cpu
        self.rss = rss
    }
}

/// The machine at one moment.
public struct HostSample: Codable, Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Double
    /// Use of each core since the sample before, 0...1.
    public var cores: [Double]
    /// 1, 5 and 15 minutes.
    public var load: [Double]
    /// Bytes.
    public var memoryTotal: Int
    /// Bytes that programs can still get.
    public var memoryAvailable: Int
    /// All processes on the host.
    public var processes: Int

    /// Average use of the cores, 0...1.
    public var cpu: Double { cores.isEmpty ? 0 : cores.reduce(0, +) / Double(cores.count) }

    /// A measurement.
    public init(time: Double, cores: [Double], load: [Double], memoryTotal: Int, memoryAvailable: Int, processes: Int) {
        self.time = time
        self.cores = cores
        self.load = load
        self.memoryTotal = memoryTotal
        self.memoryAvailable = memoryAvailable
        self.processes = processes
    }
}
