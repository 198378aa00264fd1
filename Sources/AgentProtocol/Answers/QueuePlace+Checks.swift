public import Fleet
public import Wire

extension QueuePlace: HostAnswer {
    /// - Throws: where a name is no run's, or the folder for sources is no path.
    public func checked() throws(WireFault) -> QueuePlace {
        guard RunSpec.isValid(id: id), run.map({ RunSpec.isValid(id: $0) }) ?? true else { throw WireFault(.malformed, "the host sent a place in a queue with an impossible name") }
        var copy = self
        copy.before = Bounds.count(before)
        copy.runBy = runBy.map(Bounds.name)
        copy.runShare = runShare.map { $0.isFinite ? min(max($0, 0), 1) : 0 }
        copy.holder = holder.map(Bounds.name)
        if let staging, staging.utf8.first != UInt8(ascii: "/") || staging != Bounds.path(staging) {
            throw WireFault(.malformed, "the host sent an impossible folder for sources that wait: '\(Bounds.name(staging))'")
        }
        return copy
    }
}

extension WaitingRun: HostAnswer {
    /// - Throws: where the name is no run's.
    public func checked() throws(WireFault) -> WaitingRun {
        guard RunSpec.isValid(id: id) else { throw WireFault(.malformed, "the host sent a run with an impossible name: '\(Bounds.name(id))'") }
        return WaitingRun(id: id, startedBy: Bounds.name(startedBy), since: Bounds.seconds(since), isDetached: isDetached, failure: failure.map(Bounds.message))
    }
}
