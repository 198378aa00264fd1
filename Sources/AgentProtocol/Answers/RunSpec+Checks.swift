public import Fleet
public import Wire

extension RunSpec: HostAnswer {
    /// Its texts stay as they are: what a run was is compared by them. They are made safe where they are written.
    /// - Throws: where the name is no run's.
    public func checked() throws(WireFault) -> RunSpec {
        guard RunSpec.isValid(id: id) else { throw WireFault(.malformed, "its name is not that of a run: '\(Bounds.name(id))'") }
        var copy = self
        copy.workers = Bounds.count(workers)
        copy.coreBudget = coreBudget.map(Bounds.count)
        copy.timeBudget = Bounds.seconds(timeBudget)
        copy.fileTimeout = Bounds.seconds(fileTimeout)
        copy.recordTimeout = recordTimeout.map(Bounds.seconds)
        copy.attempts = Bounds.count(attempts)
        copy.memoryLimit = memoryLimit.map(Bounds.size)
        copy.lease = lease.map(Bounds.seconds)
        copy.grace = grace.map(Bounds.seconds)
        copy.retries = retries.map(Bounds.count)
        copy.retriesTotal = retriesTotal.map(Bounds.count)
        if let cores = slurm?.cores { copy.slurm?.cores = Bounds.count(cores) }
        copy.rounds = rounds.map(Bounds.count)
        copy.memoryFloor = memoryFloor.map(Bounds.size)
        return copy
    }
}

extension RunRevision: HostAnswer {
    public func checked() -> RunRevision {
        var copy = self
        copy.workers = workers.map(Bounds.count)
        copy.timeBudget = timeBudget.map(Bounds.seconds)
        copy.sources = sources?.suffix(100).map { $0.bounded() }
        return copy
    }
}
