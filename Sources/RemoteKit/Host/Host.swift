public import Logging
public import SSH
import TreeSync

/// A host to work on, with all that is needed to get there.
public struct Host: Sendable {
    /// Where it is.
    public var settings: HostSettings
    /// The program that is uploaded to it.
    public var worker: WorkerBinary
    /// The worker that can load libraries of the host; asked for only where a run's engine is one.
    public var dynamicWorker: @Sendable () throws(RemoteError) -> WorkerBinary
    /// What may be asked of the user while logging in.
    public var credentials: SSHCredentials
    /// `SHA256:…` of an unknown host key that the user has confirmed.
    public var acceptedFingerprint: String?
    /// Is told what happens on the way to the agent.
    public var logger: Logger
    /// Is told what is waited for; `nil` tells nobody.
    public var waiting: WaitingHandler?

    /// Each parameter is the property of the same name. Without credentials nothing is asked, and logins that need an answer fail; without
    /// a logger nothing is told.
    public init(settings: HostSettings, worker: WorkerBinary, credentials: SSHCredentials = SSHCredentials(),
                acceptedFingerprint: String? = nil, logger: Logger = Logger(label: "RemoteKit") { _ in SwiftLogNoOpLogHandler() }) {
        self.settings = settings
        self.worker = worker
        dynamicWorker = { () throws(RemoteError) in worker }
        self.credentials = credentials
        self.acceptedFingerprint = acceptedFingerprint
        self.logger = logger
    }

    /// As the user named it.
    public var name: String { settings.name }

    /// The same host, with the worker that can load its libraries.
    func loadingLibraries() throws(RemoteError) -> Host {
        var host = self
        host.worker = try dynamicWorker()
        return host
    }
}
