/// How a run came to be, for whoever reads it later. Nothing in it is a secret: values that may be one are redacted before they come here.
public struct RunContext: Codable, Sendable, Equatable {
    /// The words of the command line, redacted.
    public var commandLine: [String]
    /// The effective configuration as TOML, redacted, with where each key was set as a comment.
    public var configuration: String
    /// The version of the client.
    public var client: String
    /// Whether the suite is the whole of what the configuration names: no file was named and nothing was filtered.
    public var isWholeSuite: Bool
    /// The run over several hosts that this is a share of; `nil` for a run of its own.
    public var sharedRun: String?
    /// Names of the hosts that shared the run; `nil` for a run of one host.
    public var hosts: [String]?

    /// Each parameter is the property of the same name.
    public init(commandLine: [String], configuration: String, client: String, isWholeSuite: Bool) {
        self.commandLine = commandLine
        self.configuration = configuration
        self.client = client
        self.isWholeSuite = isWholeSuite
    }
}
