import Fleet

extension Configuration {
    /// What is built in, for a program that sets the rest itself and reads no file.
    /// - Parameter source: the source tree on this machine, absolute.
    public init(source: String) {
        let folder = LocalPath.normalized(source)
        let builtIn = ConfigurationSource(name: "built in", folder: folder, text: ConfigurationSchema.builtIn)
        self.init(SettingLayer(builtIn, home: nil, isBuiltIn: true), profile: nil, folder: folder)
    }

    /// Resolves the configuration from values; nothing is read from the disk.
    /// - Parameters:
    ///   - files: what was read.
    ///   - environment: all variables; `HOME` and `SLT_REMOTE_*` are looked at.
    ///   - flags: what the command line says.
    ///   - workingDirectory: absolute.
    /// - Throws: ``ConfigurationError`` with all that is wrong in all sources.
    public static func resolve(files: ConfigurationFiles = ConfigurationFiles(), environment: [String: String] = [:],
                               flags: ConfigurationFlags = ConfigurationFlags(),
                               workingDirectory: String) throws(ConfigurationError) -> Configuration {
        let folder = files.project?.folder ?? LocalPath.normalized(workingDirectory)
        let home = environment["HOME"]
        let builtIn = ConfigurationSource(name: "built in", folder: folder, text: ConfigurationSchema.builtIn)
        var layer = SettingLayer(builtIn, home: home, isBuiltIn: true)
        for file in [files.project, files.user] {
            guard let file else { continue }
            let own = SettingLayer(file, home: home)
            layer.overlay(own)
            // A missing `=` or `#` too many leaves a file that says nothing and is not missed.
            if own.settings.isEmpty, own.declared.isEmpty, own.problems.isEmpty {
                layer.warnings.append(.init(.invalidValue, at: "\(file.name):1", "this file sets nothing; config/slt-remote.toml shows every key"))
            }
        }
        let profile = choose(flags: flags, environment: environment)
        if let profile { layer.apply(profile) }
        layer.overlay(SettingLayer(environment: environment, workingDirectory: workingDirectory))
        layer.overlay(SettingLayer(flags: flags, workingDirectory: workingDirectory, home: home))
        layer.checkTogether()
        guard layer.problems.isEmpty else { throw ConfigurationError(layer.problems) }
        var configuration = Configuration(layer, profile: profile?.name, folder: folder)
        // What a shell made for --config <(…) is no place.
        if let file = files.project, !folder.hasPrefix("/dev/"), !folder.hasPrefix("/proc/") {
            configuration.projectFile = LocalPath.normalized(folder + "/" + LocalPath.lastPart(file.name))
        }
        // A name that is no host's is wrong for every command, also for those that ask no host.
        if layer.settings[SettingPath("host")] != nil { _ = try configuration.host() }
        return configuration
    }

    private static func choose(flags: ConfigurationFlags, environment: [String: String]) -> ChosenProfile? {
        if let name = flags.profile { return ChosenProfile(name: name, origin: .flag(flags.prefix + "profile")) }
        if let name = environment[ConfigurationFiles.profileVariable], !name.isEmpty {
            return ChosenProfile(name: name, origin: .environment(ConfigurationFiles.profileVariable))
        }
        return nil
    }

    init(_ layer: SettingLayer, profile: String?, folder: String) {
        let values = SettingValues(layer.settings)
        sync = Sync(source: values.text("sync.source") ?? folder, exclude: values.strings("sync.exclude"),
                    gitignore: values.flag("sync.gitignore"), delete: values.flag("sync.delete"))
        let command = values.text("prepare.command")
        prepare = Prepare(command: command?.isEmpty == true ? nil : command, timeout: values.seconds("prepare.timeout"),
                          environment: values.variables("prepare.env"))
        suite = Suite(files: values.strings("suite.files"), block: values.blocks("suite.block"),
                      timeouts: values.timeouts("suite.timeouts"), groups: values.groups("suite.group"), knownFailures: values.text("suite.known-failures"))
        engine = EngineSpec(kind: values.text("engine.kind").flatMap(EngineSpec.Kind.init) ?? .sqlite,
                            command: values.strings("engine.command"), environment: values.variables("engine.environment"))
        engine.dialect = values.text("engine.dialect")
        engine.library = values.text("engine.library")
        engine.reference = values.text("engine.reference")
        engine.connection = values.text("engine.connection")
        engine.queryProtocol = values.text("engine.protocol")
        engine.system = values.has("engine.system") ? values.flag("engine.system") : nil
        if values.flag("engine.deterministic") { engine.deterministic = true }
        if values.flag("engine.hermetic") { engine.hermetic = true }
        if values.flag("engine.persistent") { engine.persistent = true }
        let inputs = values.strings("engine.cache-inputs")
        engine.cacheInputs = inputs.isEmpty ? nil : inputs
        let labels = values.strings("engine.labels")
        engine.labels = labels.isEmpty ? nil : labels
        run = Run(mode: values.text("run.mode").flatMap(RunMode.init) ?? .drain, slurm: nil, workers: values.workers("run.workers"),
                  time: values.seconds("run.time"), fileTimeout: values.seconds("run.file-timeout"),
                  retries: values.integer("run.retries"), retriesTotal: max(0, values.integer("run.retries-total")), attempts: max(1, values.integer("run.attempts")),
                  memory: values.bytes("run.memory"), memoryFloor: values.has("run.memory-floor") ? values.bytes("run.memory-floor") ?? 0 : nil,
                  order: values.text("run.order").flatMap(Selection.Order.init) ?? .history, seed: UInt64(max(0, values.integer("run.seed"))),
                  flaky: values.text("run.flaky").flatMap(FlakyRule.init) ?? .warn, cached: values.flag("run.cached"), cacheAudit: values.integer("run.cache-audit"),
                  recordTimeout: values.limit("run.record-timeout"), hosts: values.strings("run.hosts"),
                  split: values.text("run.split").flatMap { SplitRule($0) } ?? .auto)
        if values.text("run.launcher") == "slurm" { run.slurm = SlurmSpec(arguments: values.strings("slurm.arguments"), cores: max(1, values.integer("slurm.cores"))) }
        self.profile = profile
        profileNames = layer.declared.filter { $0.names.first == "profiles" }.compactMap(\.names.last).sorted()
        hostNames = layer.declared.filter { $0.names.first == "hosts" }.compactMap(\.names.last).sorted()
        projectFolder = folder
        settings = EffectiveSetting.list(layer.settings)
        self.values = layer.settings
        warnings = layer.warnings
    }
}

private struct ChosenProfile {
    var name: String
    var origin: SettingOrigin
}

extension SettingLayer {
    fileprivate mutating func apply(_ profile: ChosenProfile) {
        let names = declared.filter { $0.names.first == "profiles" }.compactMap(\.names.last)
        guard names.contains(profile.name) else {
            problems.append(.init(.unknownProfile, at: profile.origin.description,
                                  "unknown profile '\(profile.name)'" + NearestName.hint(for: profile.name, among: names)))
            return
        }
        for (path, setting) in settings where path.names.starts(with: ["profiles", profile.name]) {
            settings[SettingPath(["run"] + path.names.dropFirst(2))] = setting
        }
    }
}

/// Typed access to settings that have been checked.
struct SettingValues {
    let settings: [SettingPath: Setting]
    init(_ settings: [SettingPath: Setting]) { self.settings = settings }

    private subscript(path: StaticString) -> SettingValue? { settings[SettingPath(path)]?.value }

    func text(_ path: StaticString) -> String? { if case .text(let text)? = self[path] { text } else { nil } }
    func flag(_ path: StaticString) -> Bool { self[path] == .flag(true) }
    func seconds(_ path: StaticString) -> Double { if case .seconds(let value)? = self[path] { value } else { 0 } }
    func limit(_ path: StaticString) -> Double? { if case .limit(let value)? = self[path] { value } else { nil } }
    func bytes(_ path: StaticString) -> Int? { if case .bytes(let value)? = self[path] { value } else { nil } }
    func integer(_ path: StaticString) -> Int { if case .integer(let value)? = self[path] { value } else { 0 } }
    func workers(_ path: StaticString) -> WorkerCount { if case .workers(let value)? = self[path] { value } else { .auto } }
    func strings(_ path: StaticString) -> [String] { if case .strings(let value)? = self[path] { value } else { [] } }
    func has(_ path: StaticString) -> Bool { self[path] != nil }
    func groups(_ path: StaticString) -> [FileGroup] { if case .groups(let value)? = self[path] { value } else { [] } }
    func timeouts(_ path: StaticString) -> [FileTimeout] { if case .timeouts(let value)? = self[path] { value } else { [] } }
    func blocks(_ path: StaticString) -> [BlockRule] { if case .blocks(let value)? = self[path] { value } else { [] } }

    func variables(_ path: StaticString) -> [String: String] {
        let table = SettingPath(path).names
        var found: [String: String] = [:]
        for (path, setting) in settings where path.names.count == table.count + 1 && path.names.starts(with: table) {
            if case .text(let text) = setting.value, let name = path.names.last { found[name] = text }
        }
        return found
    }
}
