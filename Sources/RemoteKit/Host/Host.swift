public import Logging
public import SSH

/// A host to work on, with all that is needed to get there.
public struct Host: Sendable {
    public var settings: HostSettings
    public var worker: WorkerBinary
    /// What may be asked of the user while logging in.
    public var credentials: SSHCredentials
    /// `SHA256:…` of an unknown host key that the user has confirmed.
    public var acceptedFingerprint: String?
    public var logger: Logger

    public init(settings: HostSettings, worker: WorkerBinary, credentials: SSHCredentials = SSHCredentials(),
                acceptedFingerprint: String? = nil, logger: Logger) {
        self.settings = settings
        self.worker = worker
        self.credentials = credentials
        self.acceptedFingerprint = acceptedFingerprint
        self.logger = logger
    }

    public var name: String { settings.name }

    /// Connects, starts the agent (uploading it first where it is not there yet), and runs `body` with it.
    /// Everything is closed when this returns, whatever `body` did.
    /// - Throws: what `body` throws, ``RemoteError``, `SSHError`, or `CancellationError`.
    public func withAgent<Result: Sendable>(_ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        switch settings.target {
        case .local: try await LocalAgent(host: self).run(body)
        case .ssh(let spec): try await RemoteAgent(host: self, spec: spec).run(body)
        }
    }
}
