/// What the supervisor of a run on a cluster keeps in mind.
struct ClusterState {
    var jobs: SlurmJobs
    /// The folders of the elements.
    var nodes: [NodeFolder] = []
    /// How far the events of each element were read, by the name of its folder.
    var read: [String: Int] = [:]
    /// Elements that were at work when Slurm was asked last.
    var atWork = 0
    /// Since when the run is at its end, in monotonic nanoseconds.
    var endsSince: UInt64?
    /// All jobs were told to end.
    var isCancelled = false
    /// When what was published was last looked through, in monotonic nanoseconds.
    var countedAt: UInt64 = 0
    /// This process has to go; the run goes on.
    var isAsked = false
}
