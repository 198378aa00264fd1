import Glibc

/// Hands events on, one at a time, and progress not more often than somebody can see it.
final class EventSink: Sendable {
    private struct State {
        var progress = SyncProgress()
        var lastShown: UInt64 = 0
    }

    private let handler: SyncEventHandler
    private let monitor = Monitor(State())
    /// Nanoseconds between two events of progress.
    private static let pause: UInt64 = 50_000_000

    init(_ handler: @escaping SyncEventHandler) { self.handler = handler }

    func send(_ event: SyncEvent) {
        monitor.withLock { _ in handler(event) }
    }

    /// Changes the progress; tells of it when it is time, or when `isLast`.
    func progress(isLast: Bool = false, _ change: (inout SyncProgress) -> Void) {
        monitor.withLock { state in
            change(&state.progress)
            let now = Stopwatch.nanoseconds
            guard isLast || now - state.lastShown >= Self.pause else { return }
            state.lastShown = now
            handler(.progress(state.progress))
        }
    }
}

/// Time that never goes back.
struct Stopwatch: Sendable {
    private var start = Stopwatch.nanoseconds

    static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds since the last lap.
    mutating func lap() -> Double {
        let now = Self.nanoseconds
        defer { start = now }
        return Double(now - start) / 1e9
    }
}
