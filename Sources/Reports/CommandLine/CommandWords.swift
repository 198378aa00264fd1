import Platform

/// Commands that messages and reports name: they are about the same host and project as the one that names them.
public struct CommandWords: Sendable, Equatable {
    /// As it is named on a command line; `nil` where it is the configuration's.
    public var host: String?
    /// Hosts that share the run, as they are named on a command line; empty where one has it.
    public var hosts: [String] = []
    /// Further options, as they were typed: `["--config", "other.toml"]`.
    public var options: [String]

    public init(host: String? = nil, hosts: [String] = [], options: [String] = []) {
        self.host = hosts.isEmpty ? host : nil
        self.hosts = hosts
        self.options = options
    }

    /// Verbs that several hosts may be named to; the others are about results on this machine.
    private static let sharing: Set<String> = ["attach", "run", "status", "stop"]

    /// A command as it may be pasted into a shell; words of a host are made safe.
    public func text(_ verb: String, _ words: String...) -> String { text([verb], words) }

    /// The same for a verb of a verb, such as `["known-failures", "update"]`.
    public func text(_ verbs: [String], _ words: [String] = []) -> String {
        let place = Self.sharing.contains(verbs.first ?? "") && !hosts.isEmpty ? ["--hosts", hosts.joined(separator: ",")] : host.map { ["--host", $0] } ?? []
        return (["slt-remote"] + verbs + place + options + words)
            .map { ShellWord.quoted(SafeText.line($0, limit: 300)) }.joined(separator: " ")
    }
}
