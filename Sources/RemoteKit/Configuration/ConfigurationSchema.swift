import Fleet

/// Every key there is. Files, variables, `config`, the hints of error messages and the test of the sample
/// all read this one tree.
indirect enum ConfigurationSchema: Sendable {
    /// Fixed names, in the order in which they are shown.
    case table([(name: String, node: ConfigurationSchema)])
    /// Names that the user chooses; `what` they name.
    case named(what: String, ConfigurationSchema)
    /// Names that the user chooses, of environment variables.
    case environment
    case value(SettingKind)

    static let root = ConfigurationSchema.table([
        ("host", .value(.text)),
        ("hosts", .named(what: "host", .table(host))),
        ("sync", .table([
            ("source", .value(.localPath)),
            ("exclude", .value(.strings)),
            ("gitignore", .value(.flag)),
            ("delete", .value(.flag)),
        ])),
        ("prepare", .table([
            ("command", .value(.text)),
            ("timeout", .value(.duration)),
            ("env", .environment),
        ])),
        ("suite", .table([
            ("files", .value(.strings)),
            ("block", .value(.blocks)),
            ("timeouts", .value(.timeouts)),
            ("group", .value(.groups)),
            ("known-failures", .value(.localPath)),
        ])),
        ("engine", .table([
            ("kind", .value(.choice(["sqlite", "postgres", "external", "command"]))),
            ("dialect", .value(.choice(["sqlite", "rs", "duckdb"]))),
            ("command", .value(.command)),
            ("environment", .environment),
            ("library", .value(.hostPath)),
            ("reference", .value(.hostPath)),
            ("connection", .value(.text)),
            ("protocol", .value(.choice(["simple", "extended"]))),
            ("labels", .value(.strings)),
            ("system", .value(.flag)),
            ("persistent", .value(.flag)),
            ("hermetic", .value(.flag)),
            ("deterministic", .value(.flag)),
            ("cache-inputs", .value(.strings)),
        ])),
        ("run", .table(run)),
        ("slurm", .table([
            ("cores", .value(.integer(1...SlurmSpec.mostCores))),
            ("arguments", .value(.strings)),
        ])),
        ("profiles", .named(what: "profile", .table(run))),
    ])

    static let host: [(name: String, node: ConfigurationSchema)] = [
        ("ssh", .value(.destinations)),
        ("workspace", .value(.workspace)),
        ("state", .value(.hostPath)),
        ("cores", .value(.integer(1...10_000))),
        ("user", .value(.destination)),
        ("port", .value(.integer(1...65_535))),
        ("identity-file", .value(.localPaths)),
        ("known-hosts-file", .value(.localPaths)),
        ("ssh-config", .value(.localPath)),
        ("worker", .value(.localPath)),
    ]

    static let run: [(name: String, node: ConfigurationSchema)] = [
        ("mode", .value(.choice(["drain", "soak"]))),
        ("launcher", .value(.choice(["local", "slurm"]))),
        ("workers", .value(.workers)),
        ("time", .value(.duration)),
        ("file-timeout", .value(.duration)),
        ("record-timeout", .value(.limit)),
        ("retries", .value(.integer(0...100))),
        ("retries-total", .value(.integer(0...1_000_000))),
        ("attempts", .value(.integer(1...100))),
        ("memory", .value(.size(least: 16 << 20))),
        ("memory-floor", .value(.size(least: 1 << 20))),
        ("order", .value(.choice(["history", "longest", "name", "random"]))),
        ("seed", .value(.integer(0...Int.max))),
        ("flaky", .value(.choice(["fail", "warn", "pass"]))),
        ("cached", .value(.flag)),
        ("cache-audit", .value(.integer(0...100))),
        ("hosts", .value(.strings)),
        ("split", .value(.split)),
    ]

    /// What holds where nothing else is said, in the form of a file.
    static let builtIn = """
        [sync]
        source = "."
        exclude = []
        gitignore = true
        delete = true
        [prepare]
        timeout = "30m"
        [suite]
        files = []
        block = []
        timeouts = []
        group = []
        [engine]
        kind = "sqlite"
        [run]
        mode = "drain"
        launcher = "local"
        workers = "auto"
        time = "1h"
        file-timeout = "5m"
        record-timeout = "none"
        retries = 0
        retries-total = 100
        attempts = 2
        memory = "none"
        order = "history"
        seed = 0
        flaky = "warn"
        cached = false
        cache-audit = 2
        hosts = []
        split = "auto"
        [slurm]
        cores = 1
        arguments = []
        [profiles.quick]
        workers = 8
        time = "5m"
        [profiles.full]
        workers = 64
        time = "1h"
        """

    /// Where agents and run directories are kept on a host that does not say.
    static let defaultState = "~/.local/state/slt-remote"

    /// Stands for "the host in use" in the paths of variables; no host can have this name.
    static let anyHost = "*"

    /// The variables that set one key each, by name: `SLT_REMOTE_RUN_FILE_TIMEOUT` sets `run.file-timeout`, and
    /// `SLT_REMOTE_HOST_PORT` the port of whichever host is used.
    static let variables: [String: (path: SettingPath, kind: SettingKind)] = {
        var found: [String: (path: SettingPath, kind: SettingKind)] = [:]
        collect(root, SettingPath([String]()), into: &found)
        collect(.table(host), SettingPath(["hosts", anyHost]), prefix: "HOST", into: &found)
        return found
    }()

    private static func collect(_ node: ConfigurationSchema, _ path: SettingPath, prefix: String? = nil,
                                into found: inout [String: (path: SettingPath, kind: SettingKind)]) {
        switch node {
        case .table(let entries):
            for (name, child) in entries {
                let upper = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
                collect(child, path.appending(name), prefix: prefix.map { $0 + "_" + upper } ?? upper, into: &found)
            }
        case .value(let kind) where kind.isScalar:
            if let prefix { found["SLT_REMOTE_" + prefix] = (path, kind) }
        case .value, .named, .environment: break
        }
    }

    /// The tables that have a key called `name`, as `[sync]`.
    static func tables(having name: String) -> [String] {
        guard case .table(let entries) = root else { return [] }
        return entries.compactMap { entry in
            switch entry.node {
            case .table(let keys): keys.contains { $0.name == name } ? "[\(entry.name)]" : nil
            case .named(let what, .table(let keys)):
                keys.contains { $0.name == name } ? "[\(entry.name).\(what.uppercased())]" : nil
            default: nil
            }
        }
    }
}
