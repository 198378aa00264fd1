import Platform

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
            let now = Clock.monotonic
            guard isLast || now - state.lastShown >= Self.pause else { return }
            state.lastShown = now
            handler(.progress(state.progress))
        }
    }
}
