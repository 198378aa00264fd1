/// One second of a run: a line of `samples`.
public struct FleetSample: Codable, Sendable, Equatable {
    /// The machine.
    public var host: HostSample
    /// Files not yet claimed.
    public var queued: Int
    /// Files with a record.
    public var done: Int
    /// Those that were alive, by slot.
    public var workers: [WorkerSample]

    /// One worker over the last second.
    public struct WorkerSample: Codable, Sendable, Equatable {
        /// The slot, from 0.
        public var slot: Int
        /// Whether it had a file.
        public var isRunning: Bool
        /// 1 = one core, over the last second, the programs it runs included.
        public var cpu: Double
        /// Bytes.
        public var rss: Int
    }
}
