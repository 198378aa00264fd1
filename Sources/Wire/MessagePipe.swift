import Synchronization

/// Two message channels in one process, back to back: what one sends, the other receives. Back-pressure as in an exchange.
public enum MessagePipe {
    public static func pair() -> (any MessageChannel, any MessageChannel) {
        let forth = Lane(), back = Lane()
        return (End(outgoing: forth, incoming: back), End(outgoing: back, incoming: forth))
    }

    /// One direction: an exchange whose frames go straight into the exchange of the other end.
    private final class End: MessageChannel {
        let outgoing: Lane
        let incoming: Lane
        init(outgoing: Lane, incoming: Lane) {
            self.outgoing = outgoing
            self.incoming = incoming
        }
        func send(_ message: [UInt8]) async throws { try await outgoing.put(message) }
        func finishSending() async throws { outgoing.finish() }
        func receive() async throws -> [UInt8]? { try await incoming.take() }
    }

    private final class Lane: Sendable {
        private struct State {
            var messages: [[UInt8]] = []
            var bytes = 0
            var isFinished = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        func put(_ message: [UInt8]) async throws {
            try await wait { state -> Void? in
                guard !state.isFinished else { throw WireFault(.malformed, "cannot send after the end of an exchange") }
                guard state.bytes == 0 || state.bytes + message.count <= WireLimits.window else { return nil }
                state.messages.append(message)
                state.bytes += message.count
                return ()
            }
        }

        func take() async throws -> [UInt8]? {
            try await wait { state -> [UInt8]?? in
                guard let message = state.messages.first else { return state.isFinished ? .some(nil) : nil }
                state.messages.removeFirst()
                state.bytes -= message.count
                return message
            }
        }

        func finish() {
            state.withLock { $0.isFinished = true }
            wake()
        }

        /// Tries `attempt` until it gives a result, each time that the lane has changed.
        private func wait<Result: Sendable>(_ attempt: (inout State) throws -> Result?) async throws -> Result {
            while true {
                try Task.checkCancellation()
                let result = try state.withLock { state in try attempt(&state) }
                if let result {
                    wake()
                    return result
                }
                await pause()
            }
        }

        private func pause() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let cancelled = state.withLock { state in
                        state.waiters.append(continuation)
                        return Task.isCancelled
                    }
                    if cancelled { wake() }
                }
            } onCancel: {
                wake()
            }
        }

        private func wake() {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }
}
