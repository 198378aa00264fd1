/// What the command line says over the configuration, as typed; `nil` where it says nothing.
public struct ConfigurationFlags: Sendable, Equatable {
    /// A host of the configuration, `local`, or what `ssh` takes.
    public var host: String?
    /// A profile of the configuration or a built-in one.
    public var profile: String?
    /// `run.mode`.
    public var mode: String?
    /// `run.launcher`.
    public var launcher: String?
    /// `run.workers`.
    public var workers: String?
    /// `run.time`.
    public var time: String?
    /// `run.file-timeout`.
    public var fileTimeout: String?
    /// `run.record-timeout`.
    public var recordTimeout: String?
    /// `run.retries`.
    public var retries: String?
    /// `run.attempts`.
    public var attempts: String?
    /// `run.memory`.
    public var memory: String?
    /// `run.seed`.
    public var seed: String?
    /// `run.order`.
    public var order: String?
    /// `run.cached`; of the command line's flag it is `true`.
    public var cached: String?
    /// `run.cache-audit`.
    public var cacheAudit: String?
    /// `run.split`.
    public var split: String?
    /// `engine.system`; of the command line's flag it is `false`.
    public var system: String?
    /// Globs that take the place of `suite.files`.
    public var files: [String]
    /// What stands before each of these names in messages and in the listing: `--` where they come from a command line.
    public var prefix = ""

    /// What is not given is left to the other sources.
    public init(host: String? = nil, profile: String? = nil, mode: String? = nil, workers: String? = nil,
                time: String? = nil, fileTimeout: String? = nil, recordTimeout: String? = nil, retries: String? = nil, attempts: String? = nil,
                memory: String? = nil, seed: String? = nil, order: String? = nil, system: String? = nil,
                cached: String? = nil, cacheAudit: String? = nil, split: String? = nil, files: [String] = []) {
        self.host = host
        self.profile = profile
        self.mode = mode
        self.workers = workers
        self.time = time
        self.fileTimeout = fileTimeout
        self.recordTimeout = recordTimeout
        self.retries = retries
        self.attempts = attempts
        self.memory = memory
        self.seed = seed
        self.order = order
        self.system = system
        self.cached = cached
        self.cacheAudit = cacheAudit
        self.split = split
        self.files = files
    }

    var texts: [(flag: String, path: SettingPath, text: String?)] {
        [
            (prefix + "host", SettingPath("host"), host),
            (prefix + "mode", SettingPath("run.mode"), mode),
            (prefix + "launcher", SettingPath("run.launcher"), launcher),
            (prefix + "workers", SettingPath("run.workers"), workers),
            (prefix + "time", SettingPath("run.time"), time),
            (prefix + "file-timeout", SettingPath("run.file-timeout"), fileTimeout),
            (prefix + "record-timeout", SettingPath("run.record-timeout"), recordTimeout),
            (prefix + "retries", SettingPath("run.retries"), retries),
            (prefix + "attempts", SettingPath("run.attempts"), attempts),
            (prefix + "memory", SettingPath("run.memory"), memory),
            (prefix + "seed", SettingPath("run.seed"), seed),
            (prefix + "order", SettingPath("run.order"), order),
            (prefix + "cached", SettingPath("run.cached"), cached),
            (prefix + "cache-audit", SettingPath("run.cache-audit"), cacheAudit),
            (prefix + "split", SettingPath("run.split"), split),
            (prefix + "no-system", SettingPath("engine.system"), system),
        ]
    }
}
