/// What a run is asked to do. Written once, as `spec.json` in the run directory, before anything starts.
public struct RunSpec: Codable, Sendable, Equatable {
    /// Sorts by time and is safe in paths: `20261121-013000.123456-k3f9`.
    public var id: String
    /// Absolute path of the source tree on the host.
    public var workspace: String
    /// Whether the queue ends.
    public var mode: RunMode
    /// Worker processes to keep alive.
    public var workers: Int
    /// Cores of the host that the runs of one account share; unless told those that it has, which count only while several runs are live.
    public var coreBudget: Int?
    /// Wall-clock seconds the whole run may take.
    public var timeBudget: Double
    /// Wall-clock seconds one file may take before its worker is killed.
    public var fileTimeout: Double
    /// How often a file whose worker died is tried in all, 1 or more.
    public var attempts: Int
    /// Memory of a worker, in bytes; see ``MemoryLimit``.
    public var memoryLimit: Int?
    /// Seconds after which a claim whose heartbeat has stopped may be taken over; 30 unless told.
    public var lease: Double?
    /// Seconds that files in flight get when the budget is over or a stop is asked for; 5 unless told.
    public var grace: Double?
    /// How often a file that failed is run again at once; 0 unless told. A file that then passes is flaky.
    public var retries: Int?
    /// How many times files are run again for ``retries`` in all; no end unless told. What a script itself tries again takes from it, too.
    public var retriesTotal: Int?
    /// How files that passed and failed count in the verdict of the run; ``FlakyRule/warn`` unless told.
    public var flaky: FlakyRule?
    /// In a soak run: how often the queue is gone through; until the time is over unless told.
    public var rounds: Int?
    /// Bytes of available memory below which nothing is claimed and the largest worker is ended; the host's
    /// twentieth, at most 1 GiB, unless told. 0 watches nothing.
    public var memoryFloor: Int?
    /// Other time-outs for some files; the first that matches holds.
    public var fileTimeouts: [FileTimeout]?
    /// Wall-clock seconds one statement may take before it is ended; no end unless told. Not for `command`.
    public var recordTimeout: Double?
    /// Files that exclude each other; a file may be in several groups.
    public var groups: [FileGroup]?
    /// Whether files are left out that have passed with the same inputs; none unless told.
    public var cached: CacheRule?
    /// Whether databases of files that failed stay with the run; they do not unless told.
    public var keepsDatabases: Bool?
    /// Whether long files are run in parts; ``SplitRule/off`` unless told.
    public var split: SplitRule?
    /// Where workers run on the nodes of a cluster; on this host unless told.
    public var slurm: SlurmSpec?
    /// Which of the suite's files this run has, and in which order.
    public var selection: Selection?
    /// Seed for orders and for `SQLLOGICTEST_SEED`.
    public var seed: UInt64
    /// What the files run against.
    public var engine: EngineSpec
    /// Files the configuration keeps out, each with its reason: counted and shown, never hidden in a rate.
    public var blocked: [BlockedFile]
    /// What the sources were: digest of the synced tree, commit, branch, dirty.
    public var source: SourceState?
    /// Other sources on which the run was resumed all the same. Kept in `resumed.json`.
    public var resumedOn: [SourceState]?
    /// The name of the project: of the folder that the sources came from.
    public var project: String?
    /// How the run came to be; `nil` in runs of older releases.
    public var context: RunContext?
    /// `user@client-host`, for whoever wonders whose run this is.
    public var startedBy: String

    /// A specification; what has no parameter is set afterwards.
    public init(id: String, workspace: String, mode: RunMode = .drain, workers: Int, timeBudget: Double,
                fileTimeout: Double, attempts: Int = 2, memoryLimit: Int? = nil,
                lease: Double? = nil, grace: Double? = nil, seed: UInt64 = 0,
                engine: EngineSpec, blocked: [BlockedFile] = [], source: SourceState? = nil, startedBy: String) {
        self.id = id
        self.workspace = workspace
        self.mode = mode
        self.workers = workers
        self.timeBudget = timeBudget
        self.fileTimeout = fileTimeout
        self.attempts = attempts
        self.memoryLimit = memoryLimit
        self.lease = lease
        self.grace = grace
        self.seed = seed
        self.engine = engine
        self.blocked = blocked
        self.source = source
        self.startedBy = startedBy
    }
}

/// `drain`: each file once. `soak`: start over until the time budget ends.
public enum RunMode: String, Codable, Sendable { case drain, soak }

/// Which database the files run against.
public struct EngineSpec: Codable, Sendable, Equatable {
    /// `sqlite`: in the worker's own process. `postgres`: a server. `external`: a program that runs SQL. `command`: a
    /// program for each file.
    public enum Kind: String, Codable, Sendable { case sqlite, postgres, external, command }
    /// How files are run.
    public var kind: Kind
    /// For `command`: the program and its arguments; `{file}` stands for the file's path.
    /// For `external`: words that are joined into a line for bash; `{db}` stands for the database's name.
    public var command: [String]
    /// Variables on top of the worker's environment. On their way to the host only: `spec.json` has none, except those of older
    /// releases; see ``EngineSecrets``.
    public var environment: [String: String]
    /// The names of the variables whose values are kept nowhere.
    public var variables: [String]?

    /// Whether ``command`` has secrets, which are kept nowhere: their places are marked.
    public var isCommandHidden: Bool?

    /// For `command`: where the program runs; `private` unless told.
    public var directory: Directory?

    /// What the files are written in, `sqlite`, `rs` or `duckdb`; `sqlite` unless told. Not for `command`.
    public var dialect: String?
    /// For `sqlite`: a shared library with its interface, in place of the SQLite in the worker.
    public var library: String?
    /// A shared library of a SQLite that finds the rows behind hashes, in place of the one in the worker. Not for `command`.
    public var reference: String?
    /// For `postgres`: what libpq accepts; otherwise PGHOST and so on hold.
    public var connection: String?
    /// For `postgres`: `simple` or `extended`; `simple` unless told.
    public var queryProtocol: String?
    /// Names that `skipif` and `onlyif` of the `rs` dialect know besides the engine's.
    public var labels: [String]?
    /// Whether files may start programs and open files outside of their folder; they may unless told. Not for `command`.
    public var system: Bool?
    /// For `external`: whether its databases are still there when its program has ended and is started again.
    public var persistent: Bool?
    /// For `external`: whether its answers depend on nothing but the SQL, its program and ``cacheInputs``.
    public var hermetic: Bool?
    /// For `postgres` and `external`: whether results depend on nothing but the SQL of a file, so that it can be run in parts.
    public var deterministic: Bool?
    /// For `external`: globs of other files that its answers depend on, relative to the workspace.
    public var cacheInputs: [String]?

    /// `private`: a folder of its own for each file, gone afterwards, so that files cannot disturb each other.
    /// `workspace`: the source tree.
    public enum Directory: String, Codable, Sendable { case `private`, workspace }

    /// Whether the worker loads a shared library for it, which only the dynamic worker can.
    public var needsLibraries: Bool { kind == .postgres || (kind == .sqlite && library != nil) || (kind != .command && reference != nil) }

    /// An engine; what has no parameter is set afterwards.
    public init(kind: Kind, command: [String] = [], environment: [String: String] = [:], directory: Directory? = nil) {
        self.kind = kind
        self.command = command
        self.environment = environment
        self.directory = directory
    }
}

/// Files of which only so many run at a time.
public struct FileGroup: Codable, Sendable, Equatable {
    /// Globs, relative to the workspace.
    public var files: [String]
    /// How many of them may run at a time.
    public var max: Int
    /// Each parameter is the property of the same name.
    public init(files: [String], max: Int) {
        self.files = files
        self.max = max
    }

    /// More seats than any run has workers.
    public static let mostSeats = 4096
}

/// A time-out for the files that a glob matches.
public struct FileTimeout: Codable, Sendable, Equatable {
    /// Relative to the workspace.
    public var files: String
    /// Seconds.
    public var seconds: Double
    /// A time-out in seconds.
    public init(files: String, seconds: Double) {
        self.files = files
        self.seconds = seconds
    }
}

/// Files that are kept out, and why.
public struct BlockedFile: Codable, Sendable, Equatable {
    /// Relative to the workspace.
    public var path: String
    /// Why, for people.
    public var reason: String
    /// A rule.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}

/// The code that was tested, as the client saw it when it synced.
public struct SourceState: Codable, Sendable, Equatable {
    /// Of the tree that was synced, in hexadecimal digits.
    public var treeDigest: String?
    /// The commit that was checked out.
    public var commit: String?
    /// The branch that was checked out.
    public var branch: String?
    /// Whether there were changes that the commit does not have; `nil` where that is not known.
    public var dirty: Bool?
    /// The sync could not bring all of it, and the user said to go on; absent otherwise.
    public var partialSync: Bool?
    /// Sources, as far as they are known.
    public init(treeDigest: String? = nil, commit: String? = nil, branch: String? = nil, dirty: Bool? = nil) {
        self.treeDigest = treeDigest
        self.commit = commit
        self.branch = branch
        self.dirty = dirty
    }
}

extension SourceState {
    /// `with changes`; nil where the sources are just those of the commit, or of none.
    public var changes: String? {
        guard let dirty else { return commit == nil ? nil : "perhaps with changes" }
        return dirty ? "with changes" : nil
    }

    /// `tree 1a2b3c4d, commit 0123abcd, branch main, with changes`
    public var words: String {
        let parts = [treeDigest.map { "tree \($0.prefix(8))" }, commit.map { "commit \($0.prefix(10))" }, branch.map { "branch \($0)" },
                     changes].compactMap(\.self)
        return parts.isEmpty ? "unknown sources" : parts.joined(separator: ", ")
    }
}
