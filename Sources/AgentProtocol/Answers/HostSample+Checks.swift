public import Fleet

extension HostSample: HostAnswer {
    public func checked() -> HostSample {
        var copy = self
        copy.cores = Array(cores.prefix(1 << 16))
        copy.load = Array(load.prefix(3))
        copy.memoryTotal = Bounds.size(memoryTotal)
        copy.memoryAvailable = Bounds.size(memoryAvailable)
        copy.processes = Bounds.count(processes)
        return copy
    }
}

extension FleetSample: HostAnswer {
    public func checked() -> FleetSample {
        var copy = self
        copy.host = host.checked()
        copy.queued = Bounds.count(queued)
        copy.done = Bounds.count(done)
        copy.workers = workers.prefix(1 << 17).map { worker in
            var worker = worker
            worker.slot = Bounds.count(worker.slot)
            worker.rss = Bounds.size(worker.rss)
            return worker
        }
        return copy
    }
}
