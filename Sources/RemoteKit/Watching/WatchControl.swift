import Platform
import Synchronization

/// What is asked of a ``WatchJob`` while it is at work.
public final class WatchControl: Sendable {
    private struct State {
        var wish: WatchStage?
        var isOver = false
    }

    private let state = Mutex(State())
    private let signal = AsyncSignal()

    /// Nothing is asked for.
    public init() {}

    /// Run these now, whatever runs.
    public func ask(for stage: WatchStage) {
        state.withLock { $0.wish = stage }
        signal.notify()
    }

    /// End what runs, and the job.
    public func end() {
        state.withLock { $0.isOver = true }
        signal.notify()
    }

    var isOver: Bool { state.withLock { $0.isOver } }
    var isAsking: Bool { state.withLock { $0.isOver || $0.wish != nil } }

    /// What was asked for, once.
    func take() -> WatchStage? {
        state.withLock { state in
            defer { state.wish = nil }
            return state.wish
        }
    }

    /// Waits until the job is to end.
    func over() async {
        while true {
            let seen = signal.count
            if isOver || Task.isCancelled { return }
            await signal.wait(after: seen)
        }
    }

    /// Waits until something is asked for.
    func wish() async {
        while true {
            let seen = signal.count
            if isAsking || Task.isCancelled { return }
            await signal.wait(after: seen)
        }
    }
}
