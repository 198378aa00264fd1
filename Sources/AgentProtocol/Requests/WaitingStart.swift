public import Fleet

/// All that a process on the host needs to build and start a run when its turn has come.
public struct WaitingStart: Codable, Sendable {
    /// The build before it; `nil` for none.
    public var build: PrepareRequest?
    /// The run.
    public var start: StartRequest
    /// Whether its sources wait beside the workspace, and take its place then.
    public var isStaged: Bool
    /// The name that the run will have, the workspace that it waits for, and what its engine is given: filled in by the agent.
    public var id = ""
    /// See ``id``.
    public var queue = ""
    /// See ``id``.
    public var secrets = EngineSecrets()

    /// Each parameter is the property of the same name.
    public init(build: PrepareRequest?, start: StartRequest, isStaged: Bool) {
        self.build = build
        self.start = start
        self.isStaged = isStaged
    }
}
