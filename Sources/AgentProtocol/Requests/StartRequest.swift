public import Fleet

/// Asks for a new run.
public struct StartRequest: Codable, Sendable, Equatable {
    /// Where the sources are.
    public var workspace: String
    /// Which files are the suite, relative to the workspace.
    public var globs: [String]
    /// Globs of files to keep out, with reasons.
    public var block: [BlockedFile]
    /// `nil`: as many as the host has cores.
    public var workers: Int?
    /// Whether the last build of the workspace was for this run, which then keeps its log.
    public var hasBuilt: Bool?
    /// What the client knows of the files; absent where it knows nothing, and from clients of older releases.
    public var expected: SuiteExpectations?
    /// What is known to fail, for those who judge the run.
    public var known: KnownFailures?
    /// The rest of the specification; `id`, `workspace`, `workers` and `blocked` are filled in by the agent, and `source` where it has none:
    /// by what the last sync brought.
    public var spec: RunSpec

    /// Each parameter is the property of the same name; what has no parameter is set afterwards.
    public init(workspace: String, globs: [String], block: [BlockedFile], workers: Int?, spec: RunSpec) {
        self.workspace = workspace
        self.globs = globs
        self.block = block
        self.workers = workers
        self.spec = spec
    }
}
