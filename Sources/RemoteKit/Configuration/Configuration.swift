public import Fleet

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

    public struct Prepare: Sendable, Equatable {
        /// A line for the host's login shell, or `nil` if there is nothing to prepare.
        public var command: String?
        /// Seconds.
        public var timeout: Double
        public var environment: [String: String]
    }

    public struct Suite: Sendable, Equatable {
        /// Globs relative to the workspace; empty if nothing was configured.
        public var files: [String]
        public var block: [BlockRule]
        /// Time-outs of some files; the first glob that matches holds.
        public var timeouts: [FileTimeout]
    }

    public struct Run: Sendable, Equatable {
        public var mode: RunMode
        public var workers: WorkerCount
        /// Seconds for the whole run.
        public var time: Double
        /// Seconds for one file.
        public var fileTimeout: Double
        /// How often a file that failed is tried again.
        public var retries: Int
        /// How often a file whose worker died is tried in all.
        public var attempts: Int
        /// Bytes of address space for a worker; `nil` is no limit.
        public var memory: Int?
        /// Available memory that must remain on the host, in bytes; 0 watches nothing, `nil` leaves it to the fleet.
        public var memoryFloor: Int?
        public var order: Selection.Order
        public var seed: UInt64
    }

    public internal(set) var sync: Sync
    public internal(set) var prepare: Prepare
    public internal(set) var suite: Suite
    public internal(set) var engine: EngineSpec
    /// With the chosen profile applied.
    public internal(set) var run: Run
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

    let values: [SettingPath: Setting]
}

/// One key of the resolved configuration.
public struct EffectiveSetting: Sendable, Equatable {
    /// `["run", "workers"]`.
    public var path: [String]
    /// As a configuration file would have it.
    public var value: String
    public var origin: SettingOrigin
}
