import Platform
import Synchronization

/// Puts frames of many tasks onto one byte stream, in order, many small ones to a write.
///
/// Enqueuing never waits: what may be queued is bounded by the exchanges' windows. One task runs ``drain()``.
final class FrameWriter: Sendable {
    private struct State {
        var queued = FrameQueue()
        var isClosed = false
    }

    private let stream: any ByteStream
    private let state = Mutex(State())
    private let changed = AsyncSignal()

    init(_ stream: any ByteStream) { self.stream = stream }

    /// Queues a frame; ignored after ``close()``.
    func enqueue(_ frame: Frame) {
        state.withLock { state in
            if !state.isClosed { state.queued.append(frame) }
        }
        changed.notify()
    }

    /// Writes what is queued as it comes, until ``close()`` and the queue is empty.
    func drain() async throws {
        while let pieces = await take() { try await stream.write(pieces) }
        try await stream.finishWriting()
    }

    /// Nothing more is queued; what is queued is still written.
    func close() {
        state.withLock { $0.isClosed = true }
        changed.notify()
    }

    private func take() async -> [[UInt8]]? {
        while true {
            let seen = changed.count
            let (pieces, isClosed) = state.withLock { state in
                (state.queued.isEmpty ? nil : state.queued.take(), state.isClosed)
            }
            if let pieces { return pieces }
            if isClosed { return nil }
            if Task.isCancelled { close() } else { await changed.wait(after: seen) }
        }
    }
}
