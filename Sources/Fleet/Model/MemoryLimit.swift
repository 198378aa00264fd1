/// The memory that a worker and all that it starts may have, and what holds them to it.
public struct MemoryLimit: Codable, Sendable, Equatable {
    public enum Holder: String, Codable, Sendable {
        /// A cgroup for each worker: all that it and its programs use counts, together.
        case cgroup
        /// No cgroup was delegated: the address space of each process, and a look at what they have together each second.
        case addressSpace = "address-space"

        /// What a run that this process starts would have, as far as permissions tell.
        public static var here: Holder { MemoryGroups.home?.isDelegated == true ? .cgroup : .addressSpace }

        public var words: String { self == .cgroup ? "a cgroup" : "their address space" }
    }

    public var bytes: Int
    public var by: Holder

    /// For people.
    public var words: String { "\(bytes >> 20) MiB of memory each, held by \(by.words)" }
}
