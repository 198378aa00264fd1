import Synchronization

/// Lets tasks wait until others have changed something: wait for a change, look, wait again.
///
/// ```swift
/// while true {
///     let seen = signal.count              // before looking, so that no change is missed
///     if let result = look() { return result }
///     await signal.wait(after: seen)
/// }
/// ```
package final class AsyncSignal: Sendable {
    private struct State {
        var count: UInt64 = 0
        var next = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// How many changes there were.
    package var count: UInt64 { state.withLock { $0.count } }

    /// Tells of a change: all that wait go on.
    package func notify() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when there was a change after `seen`, or when the task is cancelled.
    package func wait(after seen: UInt64) async {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.count == seen, !Task.isCancelled else { return false }
                    state.waiters[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
