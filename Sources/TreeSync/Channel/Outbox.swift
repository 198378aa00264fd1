/// Messages from the working threads to the channels' tasks. The first channel takes any message, and those that are
/// not content before the others; further lanes take content only.
final class Outbox: Sendable {
    private struct State {
        var control = Fifo<[UInt8]>()
        var bulk = Fifo<[UInt8]>()
        var controlBytes = 0
        var bulkBytes = 0
        var sent: UInt64 = 0
        /// Goes out after all else.
        var last: [UInt8]?
        var isFinished = false
        /// Whether further lanes may still be added.
        var admitsLanes = true
        var failure: (any Error)?
        /// What is known of each lane's link, in bytes a second.
        var rates: [Double?] = [nil]
        /// Whether it is taken to be slow while nothing is known.
        var isFar = false

        /// Bytes a second that all links take; `nil` while unknown.
        var rate: Double? {
            let known = rates.compactMap(\.self)
            return known.isEmpty ? (isFar ? 6e6 : nil) : known.reduce(0, +)
        }
        var waiters: [(lane: Int, continuation: CheckedContinuation<[UInt8]?, Never>)] = []
        /// Content that is known to be coming, and who waits to hear of it.
        var expected: UInt64 = 0
        var listeners: [(threshold: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Tasks that go on once the lock is let go of: whoever cancels one holds a lock of the task while it asks for this one.
        var due: [Resumption] = []

        /// What the lane may send next.
        mutating func pop(_ lane: Int) -> [UInt8]? {
            if lane == 0, let message = control.popFirst() {
                controlBytes -= message.count
                return message
            }
            if let message = bulk.popFirst() {
                bulkBytes -= message.count
                return message
            }
            guard lane == 0, isFinished, let message = last else { return nil }
            last = nil
            return message
        }

        /// Whether a link waits for content, of which it has had enough to show that it is quick.
        var isStarved: Bool { sent >= 4 << 20 && bulk.isEmpty && !waiters.isEmpty }

        /// Whether the links are known, or taken, to be slow.
        var isSlow: Bool { rate.map { $0 < Outbox.slow } ?? false }

        /// Content that may wait here: half a second's worth, so that it is packed as the link asks for by then, and two
        /// pieces while nothing is known.
        var bulkAllowance: Int { rate.map { Int(min(max($0 / 2, 1e6), 1e9)) } ?? 2 * FilePiece.limit }

        mutating func serve() {
            var waiting: [(lane: Int, continuation: CheckedContinuation<[UInt8]?, Never>)] = []
            for waiter in waiters {
                if failure != nil {
                    due.append(.waiter(waiter.continuation, nil))
                } else if let message = pop(waiter.lane) {
                    due.append(.waiter(waiter.continuation, message))
                } else if isFinished {
                    due.append(.waiter(waiter.continuation, nil))
                } else {
                    waiting.append(waiter)
                }
            }
            waiters = waiting
        }

        mutating func inform() {
            let isOver = failure != nil || isFinished || !admitsLanes
            // More connections make a slow link no faster.
            let expected = isSlow ? 0 : expected
            for listener in listeners where isOver || expected >= listener.threshold { due.append(.listener(listener.continuation, !isOver)) }
            listeners.removeAll { isOver || expected >= $0.threshold }
        }
    }

    /// A task that goes on, and with what.
    private enum Resumption {
        case waiter(CheckedContinuation<[UInt8]?, Never>, [UInt8]?)
        case listener(CheckedContinuation<Bool, Never>, Bool)
    }

    private let monitor = Monitor(State())
    /// The bytes of content, and of all else, above which working threads wait.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Changes the state, and lets tasks go on for which there is something now.
    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        let (result, due) = monitor.withLock { state in
            let result = body(&state)
            defer { state.due = [] }
            return (result, state.due)
        }
        Self.resume(due)
        return result
    }

    private static func resume(_ due: [Resumption]) {
        for resumption in due {
            switch resumption {
            case .waiter(let continuation, let message): continuation.resume(returning: message)
            case .listener(let continuation, let isWanted): continuation.resume(returning: isWanted)
            }
        }
    }

    /// Message bytes that have been handed in.
    var sent: UInt64 { monitor.withLock { $0.sent } }

    /// How hard to pack, by what the links take: the slower, the more time there is for it. `nil` for not at all: where a link takes
    /// what processors can encrypt, these have better to do, and where one that is not slow waits for content, packing is what it waits for.
    var packingLevel: Int32? {
        monitor.withLock { state in
            switch state.rate {
            case .some(..<9e6): 9
            case .some(..<Self.slow): 6
            case .some(..<(Self.quick * Double(state.rates.count { $0 != nil }))) where !state.isStarved: 1
            default: nil
            }
        }
    }

    /// Bytes of small files that are packed together: on a slow link many, since they have much in common. The first are
    /// few, so that the link has something to do soon.
    var packingSize: Int {
        monitor.withLock { state in
            guard state.isSlow, state.sent >= 256 << 10 else { return 512 << 10 }
            return state.sent < 1 << 20 ? 2 << 20 : FileBatch.limit
        }
    }

    /// Bytes of a piece of a large file. On a slow link two have to fit into what may be on its way, so that it is never idle.
    var pieceSize: Int { monitor.withLock(\.isSlow) ? 512 << 10 : FilePiece.limit }

    /// What ``packingSize`` may become.
    var mostPacked: Int { monitor.withLock(\.isSlow) ? FileBatch.limit : 512 << 10 }

    private static let slow = 15e6
    /// What each of several connections carries where the processors, which encrypt some twice of that, are the limit.
    private static let quick = 150e6

    /// The link is taken to be slow until more is known.
    func expectSlowLink() { monitor.withLock { $0.isFar = true } }

    /// Hands a message in, blocking the thread while the channels are behind.
    func put(_ message: [UInt8]) throws {
        let isBulk = MessageKind.isBulk(message)
        let due = try monitor.wait { state -> [Resumption]? in
            if let failure = state.failure { throw failure }
            if state.isFinished { throw SyncError.disconnected }
            guard (isBulk ? state.bulkBytes : state.controlBytes) < (isBulk ? min(limit, state.bulkAllowance) : limit) else { return nil }
            state.sent += UInt64(message.count)
            if isBulk {
                state.bulk.append(message)
                state.bulkBytes += message.count
            } else {
                state.control.append(message)
                state.controlBytes += message.count
            }
            state.serve()
            defer { state.due = [] }
            return state.due
        }
        Self.resume(due)
    }

    /// Nothing more will be handed in; `last` goes out when everything else has.
    func finish(last: [UInt8]? = nil) {
        change { state in
            guard !state.isFinished else { return }
            state.last = last
            state.sent += UInt64(last?.count ?? 0)
            state.isFinished = true
            state.serve()
            state.inform()
        }
    }

    /// Drops what waits, says `last`, and finishes.
    func finish(dropping last: [UInt8]) {
        change { state in
            guard !state.isFinished || state.controlBytes + state.bulkBytes > 0 || state.last != nil else { return }
            state.control.removeAll()
            state.bulk.removeAll()
            (state.controlBytes, state.bulkBytes) = (0, 0)
            state.last = last
            state.isFinished = true
            state.serve()
            state.inform()
        }
    }

    /// Makes ``put(_:)`` throw and the channels' tasks end.
    func fail(_ error: any Error) {
        change { state in
            if state.failure == nil { state.failure = error }
            state.serve()
            state.inform()
        }
    }

    /// The next message for a lane, waited for without blocking a thread; `nil` at the end.
    /// - Parameter rate: what is known of the lane's link.
    func next(_ lane: Int, rate: Double?) async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { state in
                    state.rates[lane] = rate
                    state.inform()
                    state.waiters.append((lane, continuation))
                    state.serve()
                }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    // MARK: Further lanes

    /// Notes content that will be handed in.
    func expect(_ bytes: UInt64) {
        change { state in
            state.expected &+= bytes
            state.inform()
        }
    }

    /// Waits until so much content is to be sent.
    /// - Returns: false where that never comes.
    func expects(_ threshold: UInt64) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { state in
                    state.listeners.append((threshold, continuation))
                    state.inform()
                }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// - Returns: the lane's number, or `nil` where it comes too late.
    func addLane() -> Int? {
        monitor.withLock { state in
            guard state.admitsLanes, !state.isFinished, state.failure == nil else { return nil }
            state.rates.append(nil)
            return state.rates.count - 1
        }
    }

    /// Admits no more lanes.
    /// - Returns: how many there are besides the first.
    func closeLanes() -> Int {
        change { state in
            state.admitsLanes = false
            state.inform()
            return state.rates.count - 1
        }
    }
}
