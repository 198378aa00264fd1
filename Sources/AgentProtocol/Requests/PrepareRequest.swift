/// Asks for a build.
public struct PrepareRequest: Codable, Sendable, Equatable {
    /// Where it is carried out.
    public var workspace: String
    /// For `/bin/sh`, in the environment of a login shell.
    public var command: String
    /// Variables besides those of a login shell.
    public var environment: [String: String]
    /// Seconds.
    public var timeout: Double
    /// Who asks, for others who want the workspace meanwhile.
    public var startedBy: String?

    /// Each parameter is the property of the same name.
    public init(workspace: String, command: String, environment: [String: String], timeout: Double) {
        self.workspace = workspace
        self.command = command
        self.environment = environment
        self.timeout = timeout
    }
}
