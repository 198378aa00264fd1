/// Messages from the channel's task to the thread that works on them.
final class Inbox: Sendable {
    private struct State {
        var messages = Fifo<[UInt8]>()
        var bytes = 0
        var received: UInt64 = 0
        var isEnded = false
        var isDiscarding = false
        var failure: (any Error)?
        var failsAtOnce = false
        var lanesEnded = 0
        var lanesExpected = 0
        /// The channels' tasks that wait for room.
        var fillers: [CheckedContinuation<Void, Never>] = []

        var isOver: Bool { isEnded && lanesEnded >= lanesExpected }

        /// Those that may go on. They do once the lock is let go of: whoever cancels a task holds a lock of the task while it asks for this one.
        mutating func released() -> [CheckedContinuation<Void, Never>] {
            defer { fillers = [] }
            return fillers
        }
    }

    private let monitor = Monitor(State())
    /// The bytes above which the channels' tasks wait.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Message bytes that have come in.
    var received: UInt64 { monitor.withLock { $0.received } }

    /// What ``fail(_:atOnce:)`` has set.
    var failure: (any Error)? { monitor.withLock { $0.failure } }

    /// Adds a message; returns when there is room for the next.
    func put(_ message: [UInt8]) async {
        monitor.withLock { state in
            state.received += UInt64(message.count)
            guard !state.isDiscarding, state.failure == nil else { return }
            state.messages.append(message)
            state.bytes += message.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = monitor.withLock { state in
                    guard state.bytes >= limit, !state.isDiscarding, state.failure == nil else { return false }
                    state.fillers.append(continuation)
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    func end() { monitor.withLock { $0.isEnded = true } }

    /// A further lane has said its last.
    func endLane() { monitor.withLock { $0.lanesEnded += 1 } }

    /// Makes the end wait for so many further lanes.
    func expect(lanes: Int) { monitor.withLock { $0.lanesExpected = lanes } }

    /// Makes ``receive()`` throw `error`, at once or after the messages that are there.
    func fail(_ error: any Error, atOnce: Bool = true) {
        let fillers = monitor.withLock { state in
            if state.failure == nil { state.failure = error }
            if atOnce { state.failsAtOnce = true }
            return state.released()
        }
        for filler in fillers { filler.resume() }
    }

    /// Lets the peer talk on without anybody listening.
    func discard() {
        let fillers = monitor.withLock { state in
            state.isDiscarding = true
            state.messages.removeAll()
            state.bytes = 0
            return state.released()
        }
        for filler in fillers { filler.resume() }
    }

    /// The next message, waited for by blocking the thread; `nil` when the peer has said its last.
    func receive() throws -> [UInt8]? {
        let (message, fillers) = try monitor.wait { state -> (message: [UInt8]?, fillers: [CheckedContinuation<Void, Never>])? in
            if state.failsAtOnce, let failure = state.failure { throw failure }
            if let message = state.messages.popFirst() {
                state.bytes -= message.count
                return (message, state.bytes < limit ? state.released() : [])
            }
            if let failure = state.failure { throw failure }
            return state.isOver ? (nil, []) : nil
        }
        for filler in fillers { filler.resume() }
        return message
    }
}
