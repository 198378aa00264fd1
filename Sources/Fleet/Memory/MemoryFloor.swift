/// Decides what to do when the host runs out of memory.
struct MemoryFloor {
    /// Available memory that must remain; 0 watches nothing.
    let bytes: Int
    private(set) var isPaused = false
    private var lastEnd: UInt64 = 0

    /// Nanoseconds between two ends: memory comes back only when a process is gone.
    private static let patience: UInt64 = 1_000_000_000

    struct Verdict: Equatable {
        var pauses: Bool
        /// The worker to end.
        var end: Int32?
    }

    /// - Parameter wanted: `nil` for the twentieth of the host's memory, at most 1 GiB.
    init(_ wanted: Int?, total: Int = HostMemory.now().total) { bytes = wanted ?? min(1 << 30, total / 20) }

    func isBelow(_ available: Int) -> Bool { available < bytes }

    /// - Parameters:
    ///   - workers: resident bytes of those that run a file, by pid.
    ///   - now: monotonic nanoseconds.
    mutating func look(available: Int, workers: [Int32: Int], now: UInt64) -> Verdict {
        guard available < bytes else {
            // A little above the floor first, so that it does not start and stop all the time.
            if available >= bytes + bytes / 4 { isPaused = false }
            return Verdict(pauses: isPaused, end: nil)
        }
        isPaused = true
        guard lastEnd == 0 || now >= lastEnd &+ MemoryFloor.patience,
              let largest = workers.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
              // To end small ones would help nobody: it is not this run that takes the memory.
              largest.value >= max(bytes / 16, 16 << 20) else { return Verdict(pauses: true, end: nil) }
        lastEnd = now
        return Verdict(pauses: true, end: largest.key)
    }
}
