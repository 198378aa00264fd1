/// What a supervisor does of a run.
enum FleetRole: Equatable {
    /// All of it, on this host.
    case host
    /// One element of a cluster's job: its own workers. Somebody else announces what they publish, and ends the run.
    case element
    /// The whole of a run whose workers are on a cluster: hands it over, announces, ends. With `isNew` nobody works yet; else the jobs may go on.
    case cluster(isNew: Bool)

    var isHost: Bool { self == .host }
    var isElement: Bool { self == .element }
    var isCluster: Bool { if case .cluster = self { true } else { false } }
}
