import Synchronization

/// One request and what follows it: messages in both directions until both sides have finished or one fails.
///
/// Flow control is by credit: a side sends at most ``WireLimits/window`` bytes that the other has not consumed, and
/// less on a slow link, so that a slow exchange neither fills memory nor holds up the others of its conversation.
public final class Exchange: MessageChannel {
    private struct State {
        var inbox: [[UInt8]] = []
        var inboxHead = 0
        var inboxBytes = 0
        /// Consumed since the last credit was given, and before.
        var consumed = 0
        var credited = 0
        var peerFinished = false
        var finished = false
        var fault: WireFault?
        var window = WireLimits.window
        var rate = DeliveryRate()
        var receiver: CheckedContinuation<Void, Never>?
        var senders: [CheckedContinuation<Void, Never>] = []
    }

    /// What the exchange was opened with.
    public let request: [UInt8]
    let id: UInt32
    private let writer: FrameWriter
    private let state = Mutex(State())

    init(id: UInt32, request: [UInt8], writer: FrameWriter) {
        self.id = id
        self.request = request
        self.writer = writer
    }

    public func send(_ message: [UInt8]) async throws {
        guard !message.isEmpty, message.count <= WireLimits.message else {
            throw WireFault(.malformed, "cannot send a message of \(message.count) bytes: the limit is \(WireLimits.message)")
        }
        while try !takeWindow(message.count) {
            try Task.checkCancellation()
            await waitForCredit()
        }
        writer.enqueue(Frame(.message, exchange: id, payload: message))
    }

    /// How fast the other side takes messages in, in bytes a second; `nil` while unknown.
    public var deliveryRate: Double? { state.withLock { $0.rate.bytesPerSecond } }

    public func finishSending() async throws {
        let first = state.withLock { state in
            defer { state.finished = true }
            return !state.finished && state.fault == nil
        }
        if first { writer.enqueue(Frame(.finish, exchange: id)) }
    }

    public func receive() async throws -> [UInt8]? {
        while true {
            if let outcome = try takeMessage() { return outcome.message }
            try Task.checkCancellation()
            await waitForMessage()
        }
    }

    /// Ends the exchange for both sides with `fault`.
    public func fail(_ fault: WireFault) {
        guard !isOver else { return }
        end(with: fault)
        guard let payload = try? WireCodec.encode(fault) else { return }
        writer.enqueue(Frame(.fail, exchange: id, payload: payload))
    }

    /// Whether nothing more can come or go.
    var isOver: Bool {
        state.withLock { $0.fault != nil || ($0.finished && $0.peerFinished) }
    }

    // MARK: what the conversation's reader delivers

    func deliver(_ message: [UInt8]) throws {
        let waiter = try state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.fault == nil, !state.peerFinished else { return nil }
            guard state.inboxBytes + message.count <= WireLimits.window + WireLimits.message else {
                throw WireFault(.malformed, "the other side sent more than the \(WireLimits.window) bytes it was allowed")
            }
            state.inbox.append(message)
            state.inboxBytes += message.count
            defer { state.receiver = nil }
            return state.receiver
        }
        waiter?.resume()
    }

    func deliverFinish() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.peerFinished = true
            defer { state.receiver = nil }
            return state.receiver
        }
        waiter?.resume()
    }

    func deliverCredit(_ bytes: Int) {
        let senders = state.withLock { state in
            state.window = min(WireLimits.window, state.window + bytes)
            state.rate.credit(bytes, at: .now)
            defer { state.senders = [] }
            return state.senders
        }
        for sender in senders { sender.resume() }
    }

    func end(with fault: WireFault) {
        let waiters = state.withLock { state in
            if state.fault == nil { state.fault = fault }
            defer {
                state.senders = []
                state.receiver = nil
            }
            return state.senders + [state.receiver].compactMap(\.self)
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: waiting

    private func takeWindow(_ bytes: Int) throws -> Bool {
        try state.withLock { state in
            if let fault = state.fault { throw fault }
            guard !state.finished else { throw WireFault(.malformed, "cannot send after the end of an exchange") }
            let waiting = WireLimits.window - state.window
            guard state.window >= bytes, waiting < state.rate.allowance else { return false }
            state.rate.send(waiting: waiting, at: .now)
            state.window -= bytes
            return true
        }
    }

    private func waitForCredit() async {
        let window = state.withLock { $0.window }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.fault == nil, state.window == window, !Task.isCancelled else { return false }
                    state.senders.append(continuation)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            wakeAll()
        }
    }

    private func takeMessage() throws -> (message: [UInt8]?, Void)? {
        var credit = 0
        let outcome = try state.withLock { state -> (message: [UInt8]?, Void)? in
            if state.inboxHead < state.inbox.count {
                let message = state.inbox[state.inboxHead]
                state.inbox[state.inboxHead] = []
                state.inboxHead += 1
                if state.inboxHead == state.inbox.count || state.inboxHead >= 1024 {
                    state.inbox.removeFirst(state.inboxHead)
                    state.inboxHead = 0
                }
                state.inboxBytes -= message.count
                state.consumed += message.count
                if state.consumed >= min(DeliveryRate.creditStep, max(DeliveryRate.firstStep, state.credited / 8)) {
                    credit = state.consumed
                    state.credited += credit
                    state.consumed = 0
                }
                return (message, ())
            }
            if let fault = state.fault { throw fault }
            return state.peerFinished ? (nil, ()) : nil
        }
        if credit > 0 {
            var payload: [UInt8] = []
            payload.append(littleEndian: UInt32(credit))
            writer.enqueue(Frame(.credit, exchange: id, payload: payload))
        }
        return outcome
    }

    private func waitForMessage() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.inbox.isEmpty, state.fault == nil, !state.peerFinished, !Task.isCancelled else { return false }
                    state.receiver = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            wakeAll()
        }
    }

    private func wakeAll() {
        let waiters = state.withLock { state in
            defer {
                state.senders = []
                state.receiver = nil
            }
            return state.senders + [state.receiver].compactMap(\.self)
        }
        for waiter in waiters { waiter.resume() }
    }
}
