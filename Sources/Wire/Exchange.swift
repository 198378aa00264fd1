import Platform
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
        /// Since the last frame, and since the last that was no pulse, in the watcher's steps.
        var silence = Duration.zero
        var wordless = Duration.zero
        var isToldOf = false

        mutating func hear() {
            silence = .zero
            wordless = .zero
            isToldOf = false
        }
    }

    /// What the exchange was opened with.
    public let request: [UInt8]
    let id: UInt32
    /// What is waited for, for people.
    let purpose: String?
    private let writer: FrameWriter
    private let hearing: Hearing
    private let state = Mutex(State())
    /// A message has come, or the end of all of them.
    private let arrived = AsyncSignal()
    /// There is more room to send into, or nothing more can be sent.
    private let relieved = AsyncSignal()

    init(id: UInt32, request: [UInt8], writer: FrameWriter, hearing: Hearing = Hearing(), purpose: String? = nil) {
        self.id = id
        self.request = request
        self.writer = writer
        self.hearing = hearing
        self.purpose = purpose
    }

    /// How long nothing at all has come from the other side, as far as this side was awake to hear it.
    public var peerSilence: Duration { hearing.silence }

    public func send(_ message: [UInt8]) async throws {
        guard !message.isEmpty, message.count <= WireLimits.message else {
            throw WireFault(.malformed, "cannot send a message of \(message.count) bytes: the limit is \(WireLimits.message)")
        }
        while true {
            let seen = relieved.count
            if try takeWindow(message.count) { break }
            try Task.checkCancellation()
            await relieved.wait(after: seen)
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
            let seen = arrived.count
            if let outcome = try takeMessage() { return outcome.message }
            try Task.checkCancellation()
            await arrived.wait(after: seen)
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

    /// Whether this side still has something to say.
    var isAtWork: Bool { state.withLock { $0.fault == nil && !$0.finished } }

    /// Whether the other side has nothing more to say.
    var isAnswered: Bool { state.withLock { $0.fault != nil || $0.peerFinished } }

    /// Counts a step of waiting.
    /// - Returns: how long nothing has come, and no message; and whether it is time to say so.
    func pass(_ step: Duration, notice: Duration) -> (silence: Duration, wordless: Duration, isNews: Bool) {
        state.withLock { state in
            state.silence += step
            state.wordless += step
            let isNews = state.wordless >= notice && !state.isToldOf
            if isNews { state.isToldOf = true }
            return (state.silence, state.wordless, isNews)
        }
    }

    // MARK: what the conversation's reader delivers

    func deliverPulse() { state.withLock { $0.silence = .zero } }

    func deliver(_ message: [UInt8]) throws {
        try state.withLock { state in
            guard state.fault == nil, !state.peerFinished else { return }
            guard state.inboxBytes + message.count <= WireLimits.window + WireLimits.message else {
                throw WireFault(.malformed, "the other side sent more than the \(WireLimits.window) bytes it was allowed")
            }
            state.hear()
            state.inbox.append(message)
            state.inboxBytes += message.count
        }
        arrived.notify()
    }

    func deliverFinish() {
        state.withLock { $0.peerFinished = true }
        arrived.notify()
    }

    func deliverCredit(_ bytes: Int) {
        state.withLock { state in
            state.hear()
            state.window = min(WireLimits.window, state.window + bytes)
            state.rate.credit(bytes, at: .now)
        }
        relieved.notify()
    }

    func end(with fault: WireFault) {
        state.withLock { state in
            if state.fault == nil { state.fault = fault }
        }
        arrived.notify()
        relieved.notify()
    }

    // MARK: taking

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
}
