import Platform

/// One host: where it is and what is kept there.
public struct HostSettings: Sendable, Equatable {
    /// How a host is reached.
    public enum Target: Sendable, Equatable {
        /// This machine; no SSH is needed.
        case local
        /// What `ssh` accepts as its destination.
        case ssh(String)
    }

    /// As the user named it.
    public var name: String
    /// How it is reached.
    public var target: Target
    /// Further ways to it, likewise: the first that answers is used.
    public var alternatives: [String] = []
    /// Where the sources go, absolute or from `~/`, which the host expands.
    public var workspace: String
    /// Whether the workspace is one that this tree alone has, below ``treesFolder``: it begins as a copy of the nearest one.
    public var isOwnWorkspace = false
    /// Where agents and run directories go, likewise.
    public var state: String
    /// Cores that the runs of this account share there; `nil` is what it has, while several runs are live.
    public var cores: Int?
    /// The account there; `nil` leaves it to ssh's own configuration.
    public var user: String?
    /// The port of the SSH server; `nil` leaves it to ssh's own configuration.
    public var port: Int?
    /// Private keys, absolute paths; empty leaves them to ssh's own configuration.
    public var identityFiles: [String]
    /// known_hosts files, absolute paths, or `none`, as ssh_config(5) has it; empty leaves them to ssh's own configuration.
    public var knownHostsFiles: [String]
    /// A file to read in the place of ssh's own configuration.
    public var sshConfig: String?
    /// The worker binary to upload in the place of the one beside this program.
    public var worker: String?

    /// Each parameter is the property of the same name. The name is also that of the folder that results go to, and what is not in the
    /// source tree is deleted in the workspace.
    public init(name: String, target: Target, workspace: String, state: String = "~/.local/state/slt-remote", user: String? = nil, port: Int? = nil,
                identityFiles: [String] = [], knownHostsFiles: [String] = [], sshConfig: String? = nil, worker: String? = nil) {
        self.name = name
        self.target = target
        self.workspace = workspace
        self.state = state
        self.user = user
        self.port = port
        self.identityFiles = identityFiles
        self.knownHostsFiles = knownHostsFiles
        self.sshConfig = sshConfig
        self.worker = worker
    }
}

extension HostSettings {
    /// Where workspaces are that trees have for themselves.
    static let treesFolder = "~/slt-remote/trees"
}

extension Configuration {
    /// The host to use.
    ///
    /// `name` is a configured host or `local`. With an `@`, as `ssh://…`, or as long as no host is configured at
    /// all, it is what `ssh` accepts, with default folders. Without a name it is `host` of the configuration, or
    /// the only host there is. `SLT_REMOTE_HOST_*` variables override keys of whichever host it is.
    /// - Throws: ``ConfigurationError`` that names the hosts there are.
    public func host(_ name: String? = nil) throws(ConfigurationError) -> HostSettings {
        let chosen = values[SettingPath("host")]
        let origin = name == nil ? chosen?.origin.description : nil
        guard let name = name ?? SettingValues(values).text("host") ?? (hostNames.count == 1 ? hostNames[0] : nil) else {
            let place = hostNames.isEmpty ? " in your project's slt-remote.toml, which names no host yet" : ""
            throw ConfigurationError(.unknownHost, "no host is chosen\(known); set host = \"NAME\"\(place)", remedy: .nameHost)
        }
        if hostNames.contains(name) || name == "local" { return try settings(of: name, target: nil) }
        guard name.contains("@") || name.hasPrefix("ssh://") || hostNames.isEmpty else {
            let nearest = NearestName.of(name, among: hostNames + ["local"]).map { "; did you mean '\($0)'?" } ?? ""
            throw ConfigurationError(.unknownHost, at: origin, "unknown host '\(name)'\(nearest)\(known); "
                + "a host that is not in the configuration is written user@machine or ssh://machine")
        }
        guard Destination.isUsable(name) else {
            throw ConfigurationError(.unknownHost, at: origin,
                                     "'\(name)' must be \(SettingKind.destination.expected), or 'local'")
        }
        return try settings(of: name, target: name)
    }

    private var known: String { hostNames.isEmpty ? "" : "; known: " + hostNames.joined(separator: ", ") }

    private func value(_ host: String, _ key: String) -> Setting? {
        values[SettingPath(["hosts", ConfigurationSchema.anyHost, key])] ?? values[SettingPath(["hosts", host, key])]
    }

    private func settings(of name: String, target: String?) throws(ConfigurationError) -> HostSettings {
        func text(_ key: String) -> String? {
            if case .text(let text)? = value(name, key)?.value { text } else { nil }
        }
        func strings(_ key: String) -> [String] {
            if case .strings(let strings)? = value(name, key)?.value { strings } else { [] }
        }
        let ways = strings("ssh"), ssh = ways.first ?? text("ssh") ?? target ?? name
        if ways.count > 1, ways.contains("local") {
            throw ConfigurationError(.invalidValue, at: value(name, "ssh")?.origin.description, "'local' in a list of 'ssh' is this machine, which is no other way to a host; remove it")
        }
        if name == "local", ssh != "local" {
            throw ConfigurationError(.invalidValue, at: value(name, "ssh")?.origin.description,
                                     "the host named 'local' is this machine and takes no 'ssh'; give the other host another name")
        }
        var port: Int?
        if case .integer(let number)? = value(name, "port")?.value { port = number }
        var cores: Int?
        if case .integer(let number)? = value(name, "cores")?.value { cores = number }
        var settings = HostSettings(name: name, target: ssh == "local" ? .local : .ssh(ssh),
                            workspace: text("workspace").map { $0 == Self.auto ? ownWorkspace : $0 } ?? defaultWorkspace,
                            state: text("state") ?? ConfigurationSchema.defaultState, user: text("user"), port: port,
                            identityFiles: strings("identity-file"), knownHostsFiles: strings("known-hosts-file"),
                            sshConfig: text("ssh-config"), worker: text("worker"))
        settings.alternatives = Array(ways.dropFirst())
        settings.cores = cores
        settings.isOwnWorkspace = text("workspace") == Self.auto
        return settings
    }

    private static let auto = "auto"

    /// `~/slt-remote/trees/NAME-1a2b3c4d`: another tree of the same name, and one of another machine, has other digits.
    private var ownWorkspace: String {
        let path = LocalPath.resolved(sync.source), name = LocalPath.lastPart(path), end = OwnMachine.name(ofTree: path)
        let whole = "\(HostSettings.treesFolder)/\(name)-\(end)"
        return PathOnHost.isUsable(whole) ? whole : "\(HostSettings.treesFolder)/project-\(end)"
    }

    /// `~/slt-remote/NAME` after the source folder: a place that nobody has filled by hand, since files that are
    /// not in the source tree are deleted there.
    private var defaultWorkspace: String {
        let name = LocalPath.lastPart(sync.source)
        let path = "~/slt-remote/" + (name.isEmpty ? "root" : name)
        return PathOnHost.isUsable(path) ? path : "~/slt-remote/project"
    }
}
