public import Fleet

/// What is not in order on a host.
public struct DoctorReport: Codable, Sendable, Equatable {
    /// The host's own name for itself.
    public var hostName: String
    /// Processes of runs that have no supervisor.
    public var leftovers: [Leftover]
    /// How many of them were ended.
    public var ended: Int
    /// Runs whose supervisor is gone and that have files left.
    public var interrupted: [String]
    /// What would hold workers to their memory.
    public var memory: MemoryLimit.Holder

    /// Each parameter is the property of the same name.
    public init(hostName: String, leftovers: [Leftover], ended: Int, interrupted: [String], memory: MemoryLimit.Holder) {
        self.hostName = hostName
        self.leftovers = leftovers
        self.ended = ended
        self.interrupted = interrupted
        self.memory = memory
    }
}

extension DoctorReport: HostAnswer {
    public func checked() -> DoctorReport {
        var copy = self
        copy.hostName = Bounds.name(hostName)
        copy.leftovers = leftovers.prefix(Bounds.list).map { process in
            var process = process
            process.run = Bounds.name(process.run)
            process.command = Bounds.path(process.command)
            process.rss = Bounds.size(process.rss)
            return process
        }
        copy.ended = Bounds.count(ended)
        copy.interrupted = interrupted.filter { RunSpec.isValid(id: $0) }
        return copy
    }
}
