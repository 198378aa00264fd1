public import Fleet
import Platform

/// What is to be done where, resolved from all sources. A later source beats an earlier one, key by key:
///
/// 1. what is built in,
/// 2. the project's file, `slt-remote.toml` in the working directory or the nearest folder above it, or the
///    file that `--config` or `SLT_REMOTE_CONFIG` names,
/// 3. the user's file, `$XDG_CONFIG_HOME/slt-remote/config.toml` or `~/.config/slt-remote/config.toml`,
/// 4. the chosen profile's overrides of `[run]` (`--profile` or `SLT_REMOTE_PROFILE`),
/// 5. `SLT_REMOTE_*` variables,
/// 6. flags.
///
/// Tables are merged, lists are replaced.
public struct Configuration: Sendable, Equatable {
    /// `[sync]`: what goes to the host.
    public struct Sync: Sendable, Equatable {
        /// Absolute path of the source tree on this machine.
        public var source: String
        /// Rules in .gitignore syntax.
        public var exclude: [String]
        /// Whether the tree's .gitignore files are obeyed.
        public var gitignore: Bool
        /// Whether what is gone here is deleted on the host.
        public var delete: Bool
    }

    /// `[prepare]`: the build.
    public struct Prepare: Sendable, Equatable {
        /// A line for the host's `/bin/sh`, with the variables of a login shell, or `nil` if there is nothing to prepare.
        public var command: String?
        /// Seconds.
        public var timeout: Double
        /// Variables of the build besides those of a login shell.
        public var environment: [String: String]
    }

    /// `[suite]`: the test files.
    public struct Suite: Sendable, Equatable {
        /// Globs relative to the workspace; empty if nothing was configured.
        public var files: [String]
        /// Files that are kept out, and why.
        public var block: [BlockRule]
        /// Time-outs of some files; the first glob that matches holds.
        public var timeouts: [FileTimeout]
        /// Files of which only so many run at a time.
        public var groups: [FileGroup]
        /// The file of known failures on this machine, absolute; `nil` where nothing is known.
        public var knownFailures: String?
    }

    /// `[run]`: how the files are run.
    public struct Run: Sendable, Equatable {
        /// Each file once, or again and again until the time is over.
        public var mode: RunMode
        /// How the jobs look by which a cluster runs the workers; `nil` runs them on the host itself.
        public var slurm: SlurmSpec?
        /// Worker processes to keep alive.
        public var workers: WorkerCount
        /// Seconds for the whole run.
        public var time: Double
        /// Seconds for one file.
        public var fileTimeout: Double
        /// How often a file that failed is tried again.
        public var retries: Int
        /// How often that is done in the whole run.
        public var retriesTotal: Int
        /// How often a file whose worker died is tried in all.
        public var attempts: Int
        /// Bytes of address space for a worker; `nil` is no limit.
        public var memory: Int?
        /// Available memory that must remain on the host, in bytes; 0 watches nothing, `nil` leaves it to the fleet.
        public var memoryFloor: Int?
        /// What is run first.
        public var order: Selection.Order
        /// For random orders, and for files of one size.
        public var seed: UInt64
        /// How files that passed and failed count.
        public var flaky: FlakyRule
        /// Whether files are left out that have passed with the same inputs.
        public var cached: Bool
        /// How many of them are run all the same, in percent.
        public var cacheAudit: Int
        /// Seconds for one statement; `nil` is no limit.
        public var recordTimeout: Double?
        /// Names of hosts that share each run; none where one host has it.
        public var hosts: [String]
        /// Whether long files are run in parts.
        public var split: SplitRule
    }

    /// What goes to the host.
    public var sync: Sync
    /// The build.
    public var prepare: Prepare
    /// The test files.
    public var suite: Suite
    /// What runs the files.
    public var engine: EngineSpec
    /// How they are run, with the chosen profile applied.
    public var run: Run
    /// The chosen profile.
    public internal(set) var profile: String?
    /// Names of all profiles, sorted.
    public internal(set) var profileNames: [String]
    /// Names of the configured hosts, sorted.
    public internal(set) var hostNames: [String]
    /// Every key that is set, in the order of the sample, with its origin.
    public internal(set) var settings: [EffectiveSetting]
    /// Absolute path of the project's folder: where its file is, or the working directory.
    public internal(set) var projectFolder: String
    /// Absolute path of the project's file, where it is one that stays.
    var projectFile: String?

    /// Whether the command line names the files, in the place of the configuration.
    public internal(set) var namesFiles = false

    /// What holds and is mostly a mistake, with key and line.
    public internal(set) var warnings: [ConfigurationError.Problem]

    let values: [SettingPath: Setting]

    /// Where a key was set: `slt-remote.toml:12`.
    func origin(of path: String) -> String? { values[SettingPath(path.split(separator: ".").map(String.init))]?.origin.description }

    /// - Parameter rule: `suite.block: GLOB`, as the host says it of a rule that matches no file of the suite.
    func noticeOfUnmatched(_ rule: String) -> String {
        let key = String(rule.prefix { $0 != ":" })
        return "\(origin(of: key).map { $0 + ": " } ?? "")'\(key)' matches no file of the suite: \(SafeText.line(String(rule.dropFirst(key.count + 2)), limit: 300))"
    }
}

/// One key of the resolved configuration.
public struct EffectiveSetting: Sendable, Equatable {
    /// `["run", "workers"]`.
    public var path: [String]
    /// As a configuration file would have it.
    public var value: String
    /// Where it was set.
    public var origin: SettingOrigin
}
