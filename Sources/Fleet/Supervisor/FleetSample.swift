/// One second of a run: a line of `samples`.
public struct FleetSample: Codable, Sendable, Equatable {
    public var host: HostSample
    /// Files not yet claimed, and files with a record.
    public var queued: Int
    public var done: Int
    public var workers: [Worker]

    public struct Worker: Codable, Sendable, Equatable {
        public var slot: Int
        /// Whether it had a file.
        public var isRunning: Bool
        /// 1 = one core, over the last second, the programs it runs included.
        public var cpu: Double
        /// Bytes.
        public var rss: Int
    }
}
