public import Fleet

/// What happens while a tree is watched.
public enum WatchEvent: Sendable {
    /// What failed in the latest run that is on this machine.
    case remembered([FileRecord])
    /// Of the sync, the build or the run.
    case job(JobEvent)
    case synced(WatchedSync)
    /// Not all of the tree could be synced, or not at all: it is tried again with the next change.
    case syncFailed(RemoteError)
    /// Not all folders can be watched, in a sentence; the tree is looked through now and then instead.
    case shortage(String)
    /// The connection is there again.
    case reconnected
    /// The build failed: nothing is run before the next change.
    case buildFailed(RemoteError)
    /// A run begins.
    case began(WatchStage, RunStatus)
    /// A file of the run has its verdict.
    /// - Parameter fails: whether that is a failure that was not known.
    case verdict(FileRecord, fails: Bool)
    /// A run has come to its end.
    /// - Parameter seconds: since the change, or the wish, that it was for.
    case done(WatchStage, RunStatus, seconds: Double)
    /// A run was ended, because something changed or something else was asked for.
    case ended(WatchStage)
    /// A run could not be made.
    case runFailed(RemoteError)
    /// Nothing is at work: what is known holds until the next change.
    case rests
}

/// What a run of a tree that is watched is for.
public enum WatchStage: String, Sendable, Encodable {
    /// What failed last, then what changed.
    case changed
    /// What failed last.
    case failed
    /// All of the suite.
    case all
}
