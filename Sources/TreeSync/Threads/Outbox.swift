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
        var lanes = [LinkSpeed()]
        var takers: [(lane: Int, continuation: CheckedContinuation<[UInt8]?, Never>)] = []
        /// Content that is known to be coming, and who waits to hear of it.
        var expected: UInt64 = 0
        var listeners: [(threshold: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []

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

        mutating func serve() {
            var waiting: [(lane: Int, continuation: CheckedContinuation<[UInt8]?, Never>)] = []
            for taker in takers {
                if failure != nil {
                    taker.continuation.resume(returning: nil)
                } else if let message = pop(taker.lane) {
                    lanes[taker.lane].begin(message.count)
                    taker.continuation.resume(returning: message)
                } else if isFinished {
                    taker.continuation.resume(returning: nil)
                } else {
                    waiting.append(taker)
                }
            }
            takers = waiting
        }

        mutating func inform() {
            let isOver = failure != nil || isFinished || !admitsLanes
            let expected = expected
            for listener in listeners where isOver || expected >= listener.threshold { listener.continuation.resume(returning: !isOver) }
            listeners.removeAll { isOver || expected >= $0.threshold }
        }
    }

    private let monitor = Monitor(State())
    /// The bytes of content, and of all else, above which working threads wait.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Message bytes that have been handed in.
    var sent: UInt64 { monitor.withLock { $0.sent } }

    /// Bytes a second below which packing pays: zstd's first level makes about three times that on one core.
    private static let slowLink = 500e6

    /// Whether messages wait for channels that are slower than packing, or too little has gone out to know.
    var favorsPacking: Bool {
        monitor.withLock { state in
            if state.sent < 32 << 20 { return true }
            return state.lanes.reduce(0) { $0 + $1.bytesPerSecond } / Double(state.lanes.count) < Self.slowLink
        }
    }

    /// Hands a message in, blocking the thread while the channels are behind.
    func put(_ message: [UInt8]) throws {
        let isBulk = MessageKind.isBulk(message)
        try monitor.wait { state -> Void? in
            if let failure = state.failure { throw failure }
            if state.isFinished { throw SyncError.disconnected }
            guard (isBulk ? state.bulkBytes : state.controlBytes) < limit else { return nil }
            state.sent += UInt64(message.count)
            if isBulk {
                state.bulk.append(message)
                state.bulkBytes += message.count
            } else {
                state.control.append(message)
                state.controlBytes += message.count
            }
            state.serve()
            return ()
        }
    }

    /// Nothing more will be handed in; `last` goes out when everything else has.
    func finish(last: [UInt8]? = nil) {
        monitor.withLock { state in
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
        monitor.withLock { state in
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
        monitor.withLock { state in
            if state.failure == nil { state.failure = error }
            state.serve()
            state.inform()
        }
    }

    /// The next message for a lane, waited for without blocking a thread; `nil` at the end.
    func next(_ lane: Int) async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                monitor.withLock { state in
                    state.lanes[lane].end()
                    state.takers.append((lane, continuation))
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
        monitor.withLock { state in
            state.expected &+= bytes
            state.inform()
        }
    }

    /// Waits until so much content is to be sent.
    /// - Returns: false where that never comes.
    func expects(_ threshold: UInt64) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                monitor.withLock { state in
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
            state.lanes.append(LinkSpeed())
            return state.lanes.count - 1
        }
    }

    /// Admits no more lanes.
    /// - Returns: how many there are besides the first.
    func closeLanes() -> Int {
        monitor.withLock { state in
            state.admitsLanes = false
            state.inform()
            return state.lanes.count - 1
        }
    }
}

/// How much a channel has taken lately in how long.
struct LinkSpeed: Sendable {
    private var began: UInt64 = 0
    private var handed = 0
    private var taken: Double = 0
    private var busy: Double = 0

    var bytesPerSecond: Double { busy > 0 ? taken / busy : 0 }

    mutating func begin(_ count: Int) {
        began = Stopwatch.nanoseconds
        handed = count
    }

    mutating func end() {
        guard handed > 0 else { return }
        taken += Double(handed)
        busy += Double(Stopwatch.nanoseconds - began) / 1e9
        handed = 0
        guard taken > 8e6 else { return }
        taken /= 2
        busy /= 2
    }
}
