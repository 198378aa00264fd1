/// What the caller has decided already; each value wins over ssh's configuration.
public struct SSHOverrides: Sendable, Equatable {
    /// The name to log in with.
    public var user: String?
    /// From 1 on.
    public var port: UInt16?
    /// Tried before those of the configuration. `none` is no file.
    public var identityFiles: [String] = []
    /// Used instead of the user's files of the configuration, unless it is empty; the first one gets new keys. `none` is no file.
    public var knownHostsFiles: [String] = []
    /// The configuration to read instead of the user's and the system's, as `ssh -F`.
    public var configFile: String?
    /// For the name, the connection and the handshake together.
    public var connectTimeout: Duration?

    /// Nothing is decided.
    public init() {}
}
