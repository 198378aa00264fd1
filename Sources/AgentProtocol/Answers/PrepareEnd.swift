/// How a build ended.
public enum PrepareEnd: Codable, Sendable, Equatable {
    case exited(Int32)
    case signaled(String)
    case timedOut
}

extension PrepareEnd: HostAnswer {
    public func checked() -> PrepareEnd { if case .signaled(let name) = self { .signaled(Bounds.name(name)) } else { self } }
}
