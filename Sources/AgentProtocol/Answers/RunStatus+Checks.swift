public import Fleet
public import Wire

extension RunStatus: HostAnswer {
    /// - Throws: where the name is no run's: it becomes the name of a folder here, and a word of commands.
    public func checked() throws(WireFault) -> RunStatus {
        guard RunSpec.isValid(id: id) else { throw WireFault(.malformed, "the host sent a run with an impossible name: '\(Bounds.name(id))'") }
        var copy = self
        copy.workspace = Bounds.path(workspace)
        copy.createdAt = Bounds.seconds(createdAt)
        copy.startedAt = startedAt.map(Bounds.seconds)
        copy.finishedAt = finishedAt.map(Bounds.seconds)
        copy.total = Bounds.count(total)
        copy.queued = Bounds.count(queued)
        copy.running = Bounds.count(running)
        copy.outcomes = outcomes.mapValues(Bounds.count)
        copy.tests = Bounds.count(tests)
        copy.skippedRecords = Bounds.count(skippedRecords)
        copy.workersWanted = Bounds.count(workersWanted)
        copy.share = share.map { WorkerShare(workers: Bounds.count($0.workers), runs: Bounds.count($0.runs), cores: Bounds.count($0.cores)) }
        copy.restarts = Bounds.count(restarts)
        copy.lateResults = lateResults.map(Bounds.count)
        copy.iteration = iteration.map(Bounds.count)
        copy.flaky = flaky.map(Bounds.count)
        copy.retries = retries.map(Bounds.count)
        copy.retriesRefused = retriesRefused.map(Bounds.count)
        copy.givenBack = givenBack.map(Bounds.count)
        copy.cache = cache?.bounded()
        copy.cluster = cluster?.bounded()
        copy.memory?.bytes = Bounds.size(memory?.bytes ?? 0)
        copy.workers = workers.prefix(1 << 17).map { $0.bounded() }
        copy.unmatched = unmatched?.prefix(Bounds.list).map(Bounds.path)
        copy.error = error.map(Bounds.message)
        copy.project = project.map(Bounds.name)
        copy.startedBy = startedBy.map(Bounds.name)
        copy.source = source?.bounded()
        copy.resumedOn = resumedOn?.suffix(100).map { $0.bounded() }
        return copy
    }

    public var answeredRun: String? { id }
}

extension ClusterStatus {
    func bounded() -> ClusterStatus {
        var copy = self
        copy.jobs = jobs.prefix(Bounds.list).map(Bounds.name)
        copy.waiting = Bounds.count(waiting)
        copy.reasons = reasons.prefix(Bounds.list).map(Bounds.message)
        copy.askedAt = askedAt.map(Bounds.seconds)
        copy.silence = silence.map(Bounds.message)
        copy.nodes = nodes.prefix(1 << 17).map { $0.bounded() }
        return copy
    }
}

extension NodeStatus {
    func bounded() -> NodeStatus {
        var copy = self
        copy.element = Bounds.count(element)
        copy.restarts = Bounds.count(restarts)
        copy.host = Bounds.name(host)
        copy.firstWorker = Bounds.count(firstWorker)
        copy.workers = Bounds.count(workers)
        copy.busy = Bounds.count(busy)
        copy.rss = Bounds.size(rss)
        copy.error = error.map(Bounds.message)
        return copy
    }
}

extension CacheUse {
    func bounded() -> CacheUse {
        var copy = CacheUse(taken: Bounds.count(taken), audited: Bounds.count(audited), reason: reason.map(Bounds.message))
        copy.excluded = excluded.map(Bounds.count)
        copy.differing = differing?.prefix(CacheUse.differencesKept).map { CacheDifference(file: Bounds.path($0.file), message: Bounds.message($0.message)) }
        return copy
    }
}

extension WorkerStatus {
    func bounded() -> WorkerStatus {
        var copy = self
        copy.slot = Bounds.count(slot)
        copy.file = file.map(Bounds.path)
        copy.line = Bounds.count(line)
        copy.records = Bounds.count(records)
        copy.rss = Bounds.size(rss)
        return copy
    }
}

extension SourceState {
    func bounded() -> SourceState {
        var copy = self
        copy.treeDigest = treeDigest.map(Bounds.name)
        copy.commit = commit.map(Bounds.name)
        copy.branch = branch.map(Bounds.name)
        return copy
    }
}
