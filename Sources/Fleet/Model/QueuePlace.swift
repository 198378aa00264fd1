/// Where somebody stands who waits for a workspace.
public struct QueuePlace: Codable, Sendable, Equatable {
    /// The name that the run will have.
    public var id: String
    /// Runs before this one: the one that uses the workspace, and those that wait longer.
    public var before: Int
    /// Whether the workspace is free for this one now.
    public var isTurn = false
    /// The run that uses the workspace.
    public var run: String?
    /// Whose it is: `user@machine`.
    public var runBy: String?
    /// The share of its files that have a record, 0...1.
    public var runShare: Double?
    /// Who uses the workspace where no run does: `ann@laptop (build)`.
    public var holder: String?
    /// Where the sources are put that wait on the host; absolute.
    public var staging: String?

    /// The first one in a free workspace; what has no parameter is set afterwards.
    public init(id: String, before: Int = 0) {
        self.id = id
        self.before = before
    }
}

/// A run that waits for a workspace, for others to see.
public struct WaitingRun: Codable, Sendable, Equatable {
    /// The name that it will have.
    public var id: String
    /// `user@machine`.
    public var startedBy: String
    /// Seconds since 1970.
    public var since: Double
    /// Whether it waits on the host, and needs no client.
    public var isDetached: Bool
    /// Why it could not be started, if it could not.
    public var failure: String?

    /// Each parameter is the property of the same name.
    public init(id: String, startedBy: String, since: Double, isDetached: Bool, failure: String? = nil) {
        self.id = id
        self.startedBy = startedBy
        self.since = since
        self.isDetached = isDetached
        self.failure = failure
    }
}
