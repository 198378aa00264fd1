import Platform

/// Commands that messages and reports name: they are about the same host and project as the one that names them.
public struct CommandWords: Sendable, Equatable {
    /// As it is named on a command line; `nil` where it is the configuration's.
    public var host: String?
    /// Further options, as they were typed: `["--config", "other.toml"]`.
    public var options: [String]

    public init(host: String? = nil, options: [String] = []) {
        self.host = host
        self.options = options
    }

    /// A command as it may be pasted into a shell; words of a host are made safe.
    public func text(_ verb: String, _ words: String...) -> String { text([verb], words) }

    /// The same for a verb of a verb, such as `["known-failures", "update"]`.
    public func text(_ verbs: [String], _ words: [String] = []) -> String {
        (["slt-remote"] + verbs + (host.map { ["--host", $0] } ?? []) + options + words)
            .map { ShellWord.quoted(SafeText.line($0, limit: 300)) }.joined(separator: " ")
    }
}
