public import Fleet

extension RunSummary: HostAnswer {
    public func checked() -> RunSummary {
        var copy = self
        copy.id = Bounds.name(id)
        copy.workspace = Bounds.path(workspace)
        copy.error = error.map(Bounds.message)
        copy.startedAt = Bounds.seconds(startedAt)
        copy.finishedAt = Bounds.seconds(finishedAt)
        copy.wall = Bounds.seconds(wall)
        copy.total = Bounds.count(total)
        copy.outcomes = outcomes.mapValues(Bounds.count)
        copy.tests = Bounds.count(tests)
        copy.skippedRecords = Bounds.count(skippedRecords)
        copy.errors = Bounds.count(errors)
        copy.workers = Bounds.count(workers)
        copy.restarts = Bounds.count(restarts)
        copy.lateResults = Bounds.count(lateResults)
        copy.memory?.bytes = Bounds.size(memory?.bytes ?? 0)
        copy.iterations = iterations.map(Bounds.count)
        copy.flaky = flaky.map(Bounds.count)
        copy.retries = retries.map(Bounds.count)
        copy.retriesRefused = retriesRefused.map(Bounds.count)
        copy.givenBack = givenBack.map(Bounds.count)
        return copy
    }
}
