import Synchronization
import Wire

/// One end of a pair of channels inside this process, with back-pressure, that can be cut after some messages.
final class MemoryChannel: MessageChannel {
    /// One direction.
    private final class Lane: Sendable {
        private struct State {
            var messages: [[UInt8]] = []
            var bytes = 0
            var isEnded = false
            var isCut = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }

        private let state = Mutex(State())

        private func change<Value: Sendable>(_ body: (inout State) throws -> sending Value) rethrows -> Value {
            let (value, waiters) = try state.withLock { state in
                let value = try body(&state)
                defer { state.waiters = [] }
                return (value, state.waiters)
            }
            for waiter in waiters { waiter.resume() }
            return value
        }

        private func wait(while condition: @Sendable (borrowing State) -> Bool) async {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard condition(state), !Task.isCancelled else { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        }

        func send(_ message: [UInt8]) async throws {
            try await withTaskCancellationHandler {
                while true {
                    try Task.checkCancellation()
                    let isSent = try change { state in
                        if state.isCut || state.isEnded { throw Cut() }
                        guard state.bytes < 256 << 10 else { return false }
                        state.messages.append(message)
                        state.bytes += message.count
                        return true
                    }
                    if isSent { return }
                    await wait { $0.bytes >= 256 << 10 && !$0.isCut }
                }
            } onCancel: { change { _ in } }
        }

        func receive() async throws -> [UInt8]? {
            try await withTaskCancellationHandler {
                while true {
                    try Task.checkCancellation()
                    let message: [UInt8]?? = try change { state in
                        if state.isCut { throw Cut() }
                        guard let first = state.messages.first else { return state.isEnded ? .some(nil) : nil }
                        state.messages.removeFirst()
                        state.bytes -= first.count
                        return .some(first)
                    }
                    if let message { return message }
                    await wait { $0.messages.isEmpty && !$0.isEnded && !$0.isCut }
                }
            } onCancel: { change { _ in } }
        }

        func end() { change { $0.isEnded = true } }
        func cut() { change { $0.isCut = true } }
    }

    struct Cut: Error, CustomStringConvertible { let description = "the channel was cut" }

    private let outgoing: Lane
    private let incoming: Lane
    /// Messages, or bytes of them.
    private let sendsLeft: Mutex<Int>
    private let countsBytes: Bool
    private let sentBytes = Mutex(0)

    /// Called with each message before it goes out.
    private let tap = Mutex<@Sendable ([UInt8]) -> Void>({ _ in })

    func tap(_ body: @escaping @Sendable ([UInt8]) -> Void) { tap.withLock { $0 = body } }

    /// What this end has sent so far.
    var sent: Int { sentBytes.withLock { $0 } }

    private init(_ outgoing: Lane, _ incoming: Lane, cutAfter: Int, countsBytes: Bool = false) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.countsBytes = countsBytes
        sendsLeft = Mutex(cutAfter)
    }

    /// - Parameter cutAfter: how many messages the first end may send before both directions break.
    static func pair(cutAfter: Int = .max) -> (MemoryChannel, MemoryChannel) {
        let (there, back) = (Lane(), Lane())
        return (MemoryChannel(there, back, cutAfter: cutAfter), MemoryChannel(back, there, cutAfter: .max))
    }

    /// - Parameter back: whether the bytes of the second end are counted, and not those of the first.
    static func pair(cutAfterBytes bytes: Int, back isBack: Bool) -> (MemoryChannel, MemoryChannel) {
        let (there, back) = (Lane(), Lane())
        return (MemoryChannel(there, back, cutAfter: isBack ? .max : bytes, countsBytes: true),
                MemoryChannel(back, there, cutAfter: isBack ? bytes : .max, countsBytes: true))
    }

    func send(_ message: [UInt8]) async throws {
        precondition(!message.isEmpty && message.count <= WireLimits.message)
        tap.withLock { $0 }(message)
        sentBytes.withLock { $0 += message.count }
        let isCut = sendsLeft.withLock { left in
            left -= countsBytes ? message.count : 1
            return left < 0
        }
        if isCut {
            outgoing.cut()
            incoming.cut()
        }
        try await outgoing.send(message)
    }

    func finishSending() async throws { outgoing.end() }

    func receive() async throws -> [UInt8]? { try await incoming.receive() }
}
