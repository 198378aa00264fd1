public import Fleet

/// A host is not trusted to send figures that can be added up: sums of counts near `Int.max` would end this
/// program. Whatever is out of any reason is brought to the nearest bound before it is calculated with.
private let bounds = 0...(1 << 40)

private func bounded(_ count: Int) -> Int { min(max(count, bounds.lowerBound), bounds.upperBound) }

extension RunStatus {
    /// The same with every count from 0 to 2^40; a real one is unchanged.
    public func clamped() -> RunStatus {
        var copy = self
        copy.total = bounded(total)
        copy.queued = bounded(queued)
        copy.running = bounded(running)
        copy.outcomes = outcomes.mapValues(bounded)
        copy.tests = bounded(tests)
        copy.skippedRecords = bounded(skippedRecords)
        copy.workersWanted = bounded(workersWanted)
        copy.restarts = bounded(restarts)
        copy.iteration = iteration.map(bounded)
        copy.flaky = flaky.map(bounded)
        copy.memory?.bytes = max(0, memory?.bytes ?? 0)
        copy.workers = Array(workers.prefix(1 << 17))
        return copy
    }
}

extension HostSample {
    /// The same with sizes and counts from 0 up; a real one is unchanged.
    public func clamped() -> HostSample {
        var copy = self
        copy.memoryTotal = max(0, memoryTotal)
        copy.memoryAvailable = max(0, memoryAvailable)
        return copy
    }
}
