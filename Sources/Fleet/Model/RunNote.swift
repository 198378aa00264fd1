/// A run as it is told of to those who did not ask for it.
public struct RunNote: Codable, Sendable, Equatable {
    /// The name of the run.
    public var id: String
    /// The name of the folder that its sources came from.
    public var project: String
    /// `user@client-host`.
    public var startedBy: String
    /// Whether it has a supervisor.
    public var isLive: Bool

    /// A note of a run.
    public init(id: String, project: String, startedBy: String, isLive: Bool) {
        self.id = id
        self.project = project
        self.startedBy = startedBy
        self.isLive = isLive
    }

    /// `run 20261121-013000.123456-k3f9 (project db, me@laptop, running)`
    public var words: String { "run \(id) (project \(project), \(startedBy)\(isLive ? ", running" : ""))" }
}
