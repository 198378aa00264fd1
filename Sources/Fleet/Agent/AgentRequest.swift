/// What a client may ask of the agent; each opens an exchange, whose messages are said with the case.
///
/// Paths are absolute on the host or begin with `~/`. Where a run may be `nil`, the live one is meant, else the latest.
public enum AgentRequest: Codable, Sendable {
    /// Receives a tree: the messages are a sync's, the client sending. With a token, agents of further connections
    /// of the same user may bring lanes of this sync.
    case sync(workspace: String, laneToken: String?)
    /// A lane of a sync that another agent process serves: content only, from the client.
    case lane
    /// Runs the build command. The agent sends ``PrepareMessage``s.
    case prepare(PrepareRequest)
    /// Makes a run and starts it. The agent sends one ``RunStatus``.
    case start(StartRequest)
    /// Starts an interrupted or stopped run again. The agent sends one ``RunStatus``.
    case resume(run: String?)
    /// The agent sends ``FollowMessage``s until the run has ended.
    case follow(run: String?, from: Int)
    /// The agent sends one ``HostReport``.
    case status(run: String?)
    /// The agent sends ``RunStatus`` values until the run has ended.
    case stop(run: String?, now: Bool)
    /// Changes the number of workers of the live run. The agent sends one ``RunStatus``.
    case workers(run: String?, count: Int)
    /// Stops claims for a while, or lets them go on. The agent sends one ``RunStatus``.
    case pause(run: String?, paused: Bool)
    /// Looks for what older runs left behind, and ends it if asked to. The agent sends one ``DoctorReport``.
    case doctor(ends: Bool)
    /// The agent sends one ``RunStatus`` a run, latest first.
    case runs(limit: Int)
    /// The agent sends raw bytes of a log.
    case logs(LogRequest)
    /// Sends a run directory: the messages are one ``FetchHeader``, then a sync's, the agent sending.
    case fetch(run: String?)
}

public struct PrepareRequest: Codable, Sendable, Equatable {
    public var workspace: String
    /// For `/bin/sh`, in the environment of a login shell.
    public var command: String
    public var environment: [String: String]
    /// Seconds.
    public var timeout: Double

    public init(workspace: String, command: String, environment: [String: String], timeout: Double) {
        self.workspace = workspace
        self.command = command
        self.environment = environment
        self.timeout = timeout
    }
}

/// A message of a prepare: a tag byte and what it stands before.
public enum PrepareMessage: Sendable, Equatable {
    /// Bytes the command printed, stdout and stderr as they came.
    case output([UInt8])
    /// The last message: how the command ended.
    case ended(PrepareEnd)
}

public enum PrepareEnd: Codable, Sendable, Equatable {
    case exited(Int32)
    case signaled(String)
    case timedOut
}

public struct StartRequest: Codable, Sendable, Equatable {
    public var workspace: String
    public var globs: [String]
    /// Globs of files to keep out, with reasons.
    public var block: [BlockedFile]
    /// `nil`: as many as the host has cores.
    public var workers: Int?
    /// The rest of the specification; `id`, `workspace`, `workers` and `blocked` are filled in by the agent.
    public var spec: RunSpec

    public init(workspace: String, globs: [String], block: [BlockedFile], workers: Int?, spec: RunSpec) {
        self.workspace = workspace
        self.globs = globs
        self.block = block
        self.workers = workers
        self.spec = spec
    }
}

public enum FollowMessage: Codable, Sendable, Equatable {
    /// New events, and the offset behind the last of them.
    case events([RunEvent], next: Int)
    case status(RunStatus, HostSample)
}

/// The host at one moment, with the run that was asked for if there is one.
public struct HostReport: Codable, Sendable, Equatable {
    public var hostName: String
    public var run: RunStatus?
    public var mode: RunMode?
    public var sample: HostSample

    public init(hostName: String, run: RunStatus?, mode: RunMode?, sample: HostSample) {
        self.hostName = hostName
        self.run = run
        self.mode = mode
        self.sample = sample
    }
}

public struct LogRequest: Codable, Sendable, Equatable {
    public var run: String?
    /// The slot, from 0; `nil` for the supervisor's log.
    public var worker: Int?
    /// Goes on until the run has ended.
    public var follow: Bool
    /// The most bytes of what is there already, from its end.
    public var tail: Int

    public init(run: String?, worker: Int?, follow: Bool, tail: Int) {
        self.run = run
        self.worker = worker
        self.follow = follow
        self.tail = tail
    }
}

/// What is not in order on a host.
public struct DoctorReport: Codable, Sendable, Equatable {
    public var hostName: String
    /// Processes of runs that have no supervisor.
    public var leftovers: [Leftover]
    /// How many of them were ended.
    public var ended: Int
    /// Runs whose supervisor is gone and that have files left.
    public var interrupted: [String]
    /// What would hold workers to their memory.
    public var memory: MemoryLimit.Holder

    public init(hostName: String, leftovers: [Leftover], ended: Int, interrupted: [String], memory: MemoryLimit.Holder) {
        self.hostName = hostName
        self.leftovers = leftovers
        self.ended = ended
        self.interrupted = interrupted
        self.memory = memory
    }
}

/// Precedes a fetched run directory.
public struct FetchHeader: Codable, Sendable, Equatable {
    public var status: RunStatus
    public init(status: RunStatus) { self.status = status }
}
