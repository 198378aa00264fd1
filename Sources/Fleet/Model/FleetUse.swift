/// What became of the workers' time in a run, in worker-seconds: wanted workers times seconds. The parts add up to `wanted`.
public struct FleetUse: Codable, Sendable, Equatable {
    /// Of all workers that were wanted.
    public var wanted = 0.0
    /// Running a file.
    public var active = 0.0
    /// Until each worker had its first file.
    public var startup = 0.0
    /// Between files while the queue held some: claims, publishing, replacing dead workers.
    public var claims = 0.0
    /// With nothing left to claim.
    public var tail = 0.0
    /// While claims were paused.
    public var paused = 0.0

    /// Nothing yet.
    public init() {}

    /// The share that ran files, 0...1; `nil` before the first moment.
    public var share: Double? { wanted > 0 ? min(1, active / wanted) : nil }

    static func + (one: FleetUse, other: FleetUse) -> FleetUse {
        var sum = one
        sum.wanted += other.wanted
        sum.active += other.active
        sum.startup += other.startup
        sum.claims += other.claims
        sum.tail += other.tail
        sum.paused += other.paused
        return sum
    }
}
