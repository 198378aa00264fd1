public import Fleet
public import Wire

/// News of a run that is followed.
public enum FollowMessage: Codable, Sendable, Equatable {
    /// New events, and the offset behind the last of them.
    case events([RunEvent], next: Int)
    case status(RunStatus, HostSample)
}

extension FollowMessage: HostAnswer {
    public func checked() throws(WireFault) -> FollowMessage {
        switch self {
        case .events(let events, let next): .events(events.map { $0.checked() }, next: max(0, next))
        case .status(let status, let sample): .status(try status.checked(), sample.checked())
        }
    }

    public var answeredRun: String? { if case .status(let status, _) = self { status.id } else { nil } }
}
