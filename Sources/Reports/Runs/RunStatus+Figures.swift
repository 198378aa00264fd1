package import Fleet

extension RunStatus {
    /// Files that should have a record by now and have none; more than zero only when something was lost.
    var missing: Int { max(0, total - done) }

    /// Seconds the run has taken so far, or took.
    func elapsed(at now: Double) -> Double {
        guard let startedAt else { return 0 }
        return max(0, (finishedAt ?? now) - startedAt)
    }

    /// Workers that run a file.
    var busy: Int { workers.count { $0.state == .running } }
    /// Workers that are there.
    package var alive: Int { workers.count { $0.state != .gone } }
}
