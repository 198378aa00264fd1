/// `jobs.json`: the array jobs of a run on a cluster. An array is noted before it is submitted, so that whoever goes on after a crash finds it by its
/// name, and submits it once.
struct ClusterJobs: Codable, Sendable, Equatable {
    struct Submission: Codable, Sendable, Equatable {
        /// The number of its first element in the run.
        var first: Int
        /// Elements.
        var count: Int
        /// Workers of all of them.
        var workers: Int
        /// Slurm's number; absent until it is known.
        var job: String?
        /// Of a start before the present one: nothing of it is left.
        var isOver: Bool?
    }

    var arrays: [Submission] = []

    /// The number of the next element.
    var next: Int { arrays.map { $0.first + $0.count }.max() ?? 0 }
    /// Slurm's numbers.
    var jobs: [String] { present.compactMap(\.job) }
    /// Those of the present start.
    var present: [Submission] { arrays.filter { $0.isOver != true } }

    /// A new start begins; numbers of elements go on.
    mutating func begin() { for index in arrays.indices { arrays[index].isOver = true } }

    static func read(_ layout: RunLayout) throws(FleetError) -> ClusterJobs? {
        guard layout.jobs.exists else { return nil }
        return try JSON.decode(ClusterJobs.self, try layout.jobs.contents(limit: 16 << 20), layout.jobs)
    }

    func write(_ layout: RunLayout) throws(FleetError) { try layout.jobs.replace(with: JSON.encode(self)) }
}
