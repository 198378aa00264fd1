public import Fleet

/// Asks for a closer look at one file: whether it fails again, or what is left of it that still fails.
public struct DiagnosisRequest: Codable, Sendable, Equatable {
    /// What is wanted.
    public enum Task: Codable, Sendable, Equatable {
        /// Run the file up to the record. With a folder, its database stays there, or on its server.
        case reproduce(keepsDatabase: Bool)
        /// Make the file smaller. `seconds` ends that; `reference` is a library's path, `sqlite` or `none`, by default what fits; `jobs` is
        /// the number of tries at once, by default that of processors.
        case reduce(seconds: Double?, reference: String?, jobs: Int?)
        /// Say what the engine is.
        case identify
    }

    /// What is wanted.
    public var task: Task
    /// The tree that the file is in, absolute or from `~/`.
    public var workspace: String
    /// What it is run on, with its secrets: they are kept nowhere.
    public var engine: EngineSpec
    /// Relative to the workspace.
    public var file: String
    /// A line of the record that is meant, from 1; `nil` is the first one that fails.
    public var line: Int?
    /// Wall-clock seconds that the file may take.
    public var fileTimeout: Double
    /// Wall-clock seconds that a statement may take; `nil` is no limit.
    public var recordTimeout: Double?
    /// Bytes that a process may have.
    public var memoryLimit: Int?
    /// Bytes of the host's memory that remain: below that, no second try is started. `nil` is what runs leave free.
    public var memoryFloor: Int?
    /// For `SQLLOGICTEST_SEED`.
    public var seed: UInt64

    /// For a reduction, a line for a shell that is asked whether a file is still interesting, with the path behind it, instead of an engine.
    public var oracle: String?
    /// For a reduction, what an earlier one has left; it goes on from there if it began with the same.
    public var resumed: ReducedFile?

    /// Whether the worker loads a shared library for it.
    public var needsLibraries: Bool {
        if oracle != nil { return false }
        if case .reduce(_, let reference?, _) = task, reference != "sqlite", reference != "none" { return true }
        return engine.needsLibraries
    }

    /// A request; what has no parameter is set afterwards.
    public init(_ task: Task, workspace: String, engine: EngineSpec, file: String, line: Int? = nil, fileTimeout: Double = 300, seed: UInt64 = 0) {
        self.task = task
        self.workspace = workspace
        self.engine = engine
        self.file = file
        self.line = line
        self.fileTimeout = fileTimeout
        self.seed = seed
    }
}
