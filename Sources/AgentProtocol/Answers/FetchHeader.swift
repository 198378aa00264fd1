public import Fleet
public import Wire

/// Precedes a fetched run directory.
public struct FetchHeader: Codable, Sendable, Equatable {
    /// Where the run stands.
    public var status: RunStatus
    /// - Parameter status: where the run stands.
    public init(status: RunStatus) { self.status = status }
}

extension FetchHeader: HostAnswer {
    public func checked() throws(WireFault) -> FetchHeader { FetchHeader(status: try status.checked()) }
    public var answeredRun: String? { status.id }
}
