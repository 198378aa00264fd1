public import Fleet
public import TreeSync

/// What happens while a run is brought about and followed; the command line renders these.
public enum JobEvent: Sendable {
    case connected(hostName: String)
    /// Where the run stands in the queue for its workspace.
    case queued(QueuePlace)
    case syncing(SyncProgress)
    case problem(SyncProblem)
    case synced(SyncReport)
    case preparing(command: String)
    /// A line that the build printed, safe to show.
    case buildLine(String)
    case prepared(seconds: Double)
    case started(RunStatus)
    case status(RunStatus, HostSample)
    case finished(FileRecord)
    /// A worker died, the budget is over: something to mention, with its text.
    case notice(String)
    /// Something that is mostly a mistake.
    case warning(String)
    case disconnected(reason: String, retryIn: Double)
    case fetched(folder: String)
    /// What happens on one of several hosts, with the name that it has here.
    indirect case onHost(String, JobEvent)
}

/// Where events of a job go.
public typealias JobEventHandler = @Sendable (JobEvent) -> Void
