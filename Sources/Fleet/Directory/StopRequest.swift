/// A wish that the run ends: the file `stop` in the run directory, seen by the supervisor within its tick.
public enum StopRequest: String, Sendable {
    /// Nothing more is claimed; files in flight get the grace period.
    case graceful
    /// Files in flight are ended at once.
    case now
}

extension RunDirectory {
    /// Asks the run to stop. Asking again may turn `graceful` into `now`, never back.
    public func requestStop(_ request: StopRequest) throws(FleetError) {
        if request == .graceful, stopRequest == .now { return }
        try layout.stop.replace(with: Array((request.rawValue + "\n").utf8))
    }

    /// What was asked for, if anything.
    public var stopRequest: StopRequest? {
        guard layout.stop.exists, let bytes = try? layout.stop.contents(limit: 64) else { return nil }
        return StopRequest(rawValue: String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)) ?? .graceful
    }
}
