import Fleet
import Synchronization

/// A run that is not left to itself: when the task that waits for it is cancelled, or its connection is lost for good, it is ended on the host.
final class OwnedRun: Sendable {
    private struct State {
        var run: String?
        /// The host has been reached, and may be making the run.
        var mayHaveBegun = false
        var isCancelled = false
        var cancel: (@Sendable () -> Void)?

        /// A run that has no name yet could not be ended, so its start is waited for.
        var due: (@Sendable () -> Void)? { isCancelled && (run != nil || !mayHaveBegun) ? cancel : nil }
    }

    private let job: RunJob
    private let state = Mutex(State())

    init(_ job: RunJob) { self.job = job }

    /// - Throws: ``RemoteError`` or `CancellationError`; then the run has been ended, as far as the host can be reached.
    func result(events: @escaping JobEventHandler) async throws -> JobResult {
        let work = Task { [job] in
            try await job.run { event in
                switch event {
                case .connected, .synced, .prepared: self.change { $0.mayHaveBegun = true }
                // No run is made meanwhile, however long it takes.
                case .syncing, .preparing: self.change { $0.mayHaveBegun = false }
                case .started(let status): self.change { $0.run = status.id }
                default: break
                }
                events(event)
            }
        }
        change { $0.cancel = { work.cancel() } }
        do {
            let result = try await withTaskCancellationHandler { try await work.value } onCancel: { change { $0.isCancelled = true } }
            try Task.checkCancellation()
            return result
        } catch {
            if let run = state.withLock({ $0.run }) { await end(run) }
            throw error
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let cancel = state.withLock { state in
            body(&state)
            return state.due
        }
        cancel?()
    }

    /// On a connection and in a task of its own, since this one may be cancelled.
    private func end(_ run: String) async {
        let host = job.host
        _ = await Task.detached { try? await host.withAgent { try await $0.stop(run: .named(run), now: true) } }.value
    }
}
