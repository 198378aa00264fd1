import Synchronization

/// Puts frames of many tasks onto one byte stream, in order, many small ones to a write.
///
/// Enqueuing never waits: what may be queued is bounded by the exchanges' windows. One task runs ``drain()``.
final class FrameWriter: Sendable {
    private struct State {
        var queued = FrameQueue()
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let stream: any ByteStream
    private let state = Mutex(State())

    init(_ stream: any ByteStream) { self.stream = stream }

    /// Queues a frame; ignored after ``close()``.
    func enqueue(_ frame: Frame) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            state.queued.append(frame)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Writes what is queued as it comes, until ``close()`` and the queue is empty.
    func drain() async throws {
        while let pieces = await take() { try await stream.write(pieces) }
        try await stream.finishWriting()
    }

    /// Nothing more is queued; what is queued is still written.
    func close() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private func take() async -> [[UInt8]]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard state.queued.isEmpty, !state.isClosed else { return true }
                    state.waiter = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            close()
        }
        return state.withLock { state in
            guard !state.queued.isEmpty else { return nil }
            return state.queued.take()
        }
    }
}
