import Platform

/// `node.json`: what an element of a cluster's job says of itself when it begins.
struct NodeNote: Codable, Sendable, Equatable {
    /// Its number in the run, from 0.
    var element: Int
    /// How often Slurm has started it again.
    var restarts: Int
    /// The machine, for people.
    var host: String
    /// ``ProcessMark`` of its supervisor.
    var process: String
    /// The number of its first worker, and how many it has.
    var firstWorker: Int
    var workers: Int
    /// Slurm's name for the element, `JOB_TASK`.
    var job: String?

    var workerNumbers: Range<Int> { firstWorker..<(firstWorker + max(0, workers)) }

    static func read(_ layout: RunLayout) throws(FleetError) -> NodeNote {
        try JSON.decode(NodeNote.self, try layout.nodeNote.contents(limit: 1 << 20), layout.nodeNote)
    }
}
