public import Fleet
public import Wire

extension RunRemoval: HostAnswer {
    public func checked() throws(WireFault) -> RunRemoval {
        guard RunSpec.isValid(id: run) else { throw WireFault(.malformed, "the host sent a run with an impossible name: '\(Bounds.name(run))'") }
        return RunRemoval(run: run, bytes: Bounds.count(bytes), refusal: refusal.map(Bounds.name))
    }
}

extension UnneededItem: HostAnswer {
    public func checked() -> UnneededItem {
        var copy = self
        copy.path = Bounds.path(path)
        copy.bytes = Bounds.count(bytes)
        copy.refusal = refusal.map(Bounds.name)
        return copy
    }
}
