/// What the command line says over the configuration, as typed; `nil` where it says nothing.
public struct ConfigurationFlags: Sendable, Equatable {
    public var host: String?
    /// A profile of the configuration or a built-in one.
    public var profile: String?
    public var mode: String?
    public var workers: String?
    public var time: String?
    public var fileTimeout: String?
    public var retries: String?
    public var attempts: String?
    public var memory: String?
    public var seed: String?
    public var order: String?
    /// Globs that take the place of `suite.files`.
    public var files: [String]

    public init(host: String? = nil, profile: String? = nil, mode: String? = nil, workers: String? = nil,
                time: String? = nil, fileTimeout: String? = nil, retries: String? = nil, attempts: String? = nil,
                memory: String? = nil, seed: String? = nil, order: String? = nil, files: [String] = []) {
        self.host = host
        self.profile = profile
        self.mode = mode
        self.workers = workers
        self.time = time
        self.fileTimeout = fileTimeout
        self.retries = retries
        self.attempts = attempts
        self.memory = memory
        self.seed = seed
        self.order = order
        self.files = files
    }

    var texts: [(flag: String, path: SettingPath, text: String?)] {
        [
            ("--host", SettingPath("host"), host),
            ("--mode", SettingPath("run.mode"), mode),
            ("--workers", SettingPath("run.workers"), workers),
            ("--time", SettingPath("run.time"), time),
            ("--file-timeout", SettingPath("run.file-timeout"), fileTimeout),
            ("--retries", SettingPath("run.retries"), retries),
            ("--attempts", SettingPath("run.attempts"), attempts),
            ("--memory", SettingPath("run.memory"), memory),
            ("--seed", SettingPath("run.seed"), seed),
            ("--order", SettingPath("run.order"), order),
        ]
    }
}
