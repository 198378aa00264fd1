public import Wire

/// Further channels that a sender may open for the content of one sync, where one alone is slower than the machines.
public struct BulkLanes: Sendable {
    /// The most that a receiver accepts besides the first channel.
    static let most = 15

    /// How many at most.
    public var count: Int
    /// Asked-for bytes from which they are worth opening.
    public var threshold: UInt64
    /// Opens one channel to the ``LaneReceiver`` of the same sync's receiver, and closes it when `body` returns.
    /// Where it cannot be opened, it throws before it calls `body`, and the sync goes on without.
    public var open: @Sendable (_ body: @escaping @Sendable (any MessageChannel) async throws -> Void) async throws -> Void

    /// - Parameters:
    ///   - count: brought to 0 to 15.
    ///   - threshold: in bytes.
    public init(count: Int, threshold: UInt64 = 24 << 20,
                open: @escaping @Sendable (_ body: @escaping @Sendable (any MessageChannel) async throws -> Void) async throws -> Void) {
        self.count = min(max(0, count), Self.most)
        self.threshold = threshold
        self.open = open
    }
}
