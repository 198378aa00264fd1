public import Fleet
public import Wire

extension TreeOrigin: HostAnswer {
    /// It is compared with what this machine knows and sent back as it came; it is made safe where it is shown.
    /// - Throws: where it is longer than any path and name together.
    public func checked() throws(WireFault) -> TreeOrigin {
        let length = [machine, path, project ?? "", folder ?? "", commit ?? "", user].reduce(0) { $0 + $1.utf8.count }
        guard length <= 4 * Bounds.path else { throw WireFault(.malformed, "the host sent an impossible mark of a workspace") }
        return self
    }
}
