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
