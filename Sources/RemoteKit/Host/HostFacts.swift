/// The host, as its shell describes it.
struct HostFacts: Equatable {
    var system: String
    var machine: String
    /// Whether /proc is mounted, without which no worker can look after others.
    var hasProc: Bool
    var libc: String
}
