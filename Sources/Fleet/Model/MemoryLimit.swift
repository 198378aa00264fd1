/// The memory that a worker and all that it starts may have, and what holds them to it.
public struct MemoryLimit: Codable, Sendable, Equatable {
    /// What sees to the limit.
    public enum Holder: String, Codable, Sendable {
        /// A cgroup for each worker: all that it and its programs use counts, together.
        case cgroup
        /// No cgroup was delegated: the address space of each process, and a look at what they have together each second.
        case addressSpace = "address-space"

        /// For people.
        public var words: String { self == .cgroup ? "a cgroup" : "their address space" }
    }

    /// Bytes of each worker.
    public var bytes: Int
    /// What holds the workers to it.
    public var by: Holder

    /// For people.
    public var words: String { "\(bytes >> 20) MiB of memory each, held by \(by.words)" }
}
