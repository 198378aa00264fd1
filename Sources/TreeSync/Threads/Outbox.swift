/// Messages from the working threads to the channel's task.
final class Outbox: Sendable {
    private struct State {
        var messages = Fifo<[UInt8]>()
        var bytes = 0
        var sent: UInt64 = 0
        var isFinished = false
        var failure: (any Error)?
        var taker: CheckedContinuation<[UInt8]?, Never>?
        /// When the channel got its last message, and how much; then what it took in how long, lately.
        var handedAt: UInt64 = 0
        var handed = 0
        var taken: Double = 0
        var busy: Double = 0

        mutating func note(handing count: Int) {
            handedAt = Stopwatch.nanoseconds
            handed = count
        }

        mutating func noteTaken() {
            guard handed > 0 else { return }
            taken += Double(handed)
            busy += Double(Stopwatch.nanoseconds - handedAt) / 1e9
            handed = 0
            guard taken > 8e6 else { return }
            taken /= 2
            busy /= 2
        }

        mutating func handOver(_ message: [UInt8]?) {
            if taker != nil, let message { note(handing: message.count) }
            taker?.resume(returning: message)
            taker = nil
        }
    }

    private let monitor = Monitor(State())
    /// The bytes above which working threads wait.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Message bytes that have been handed in.
    var sent: UInt64 { monitor.withLock { $0.sent } }

    /// Bytes a second below which packing pays: zstd's first level makes about three times that on one core.
    private static let slowLink = 150e6

    /// Whether messages wait for a channel that is slower than packing, or too little has gone out to know.
    var favorsPacking: Bool {
        monitor.withLock { state in
            if state.sent < 2 << 20 { return true }
            return state.bytes >= 1 << 20 && state.taken < state.busy * Self.slowLink
        }
    }

    /// Hands a message in, blocking the thread while the channel is behind.
    func put(_ message: [UInt8]) throws {
        try monitor.wait { state -> Void? in
            if let failure = state.failure { throw failure }
            if state.isFinished { throw SyncError.disconnected }
            guard state.bytes < limit else { return nil }
            state.sent += UInt64(message.count)
            if state.taker != nil {
                state.handOver(message)
            } else {
                state.messages.append(message)
                state.bytes += message.count
            }
            return ()
        }
    }

    /// Nothing more will be handed in.
    func finish() {
        monitor.withLock { state in
            state.isFinished = true
            state.handOver(nil)
        }
    }

    /// Drops what waits, says `last`, and finishes.
    func finish(dropping last: [UInt8]) {
        monitor.withLock { state in
            guard !state.isFinished || state.bytes > 0 else { return }
            state.messages.removeAll()
            state.bytes = 0
            state.isFinished = true
            if state.taker != nil {
                state.handOver(last)
            } else {
                state.messages.append(last)
                state.bytes = last.count
            }
        }
    }

    /// Makes ``put(_:)`` throw and the channel's task end.
    func fail(_ error: any Error) {
        monitor.withLock { state in
            if state.failure == nil { state.failure = error }
            state.handOver(nil)
        }
    }

    /// The next message, waited for without blocking a thread; `nil` at the end.
    func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                monitor.withLock { state in
                    state.noteTaken()
                    if state.failure != nil {
                        continuation.resume(returning: nil)
                    } else if let message = state.messages.popFirst() {
                        state.bytes -= message.count
                        state.note(handing: message.count)
                        continuation.resume(returning: message)
                    } else if state.isFinished {
                        continuation.resume(returning: nil)
                    } else {
                        state.taker = continuation
                    }
                }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }
}
