public import TreeSync

/// What happens in a bisect.
public enum BisectEvent: Sendable {
    /// The range is known.
    /// - Parameters:
    ///   - commits: how many are in it.
    ///   - known: how many of them have a verdict from before.
    ///   - builds: how many are made at once.
    case planned(commits: Int, known: Int, builds: Int)
    /// Workspaces are made on the host, where there are none: copies of the project's.
    case makingWorkspaces(Int)
    /// Revisions were chosen.
    /// - Parameters:
    ///   - number: from 1.
    ///   - commits: their full hashes.
    ///   - left: how many the first bad one is among.
    case round(number: Int, commits: [String], left: Int)
    /// A revision has got so far.
    case step(commit: String, BisectStep)
    /// A line that a build printed, safe to show.
    case buildLine(commit: String, String)
    case judged(BisectTrial, GitRevisions.Description?)
    /// Something to mention, safe to show.
    case notice(String)
}

/// What is being done with a revision.
public enum BisectStep: Sendable, Equatable {
    case checkingOut, syncing, building, running
    /// It is built once more, from nothing.
    case rebuilding
    /// It failed, and is run again.
    /// - Parameter number: from 1.
    case repeating(number: Int)
}

/// Where events of a bisect go.
public typealias BisectEventHandler = @Sendable (BisectEvent) -> Void
