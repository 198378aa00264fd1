import Glibc
import Platform

/// The waits of a step that blocks its thread: for descriptors, until the step is aborted or late.
struct BlockingWait {
    let abort: EventFlag
    /// By ``Clock/monotonic``.
    var deadline: UInt64
    /// Told when it is due.
    var notice: WaitNotice?

    /// - Returns: what poll(2) says of each descriptor, in order; `nil` when it is late and none is ready.
    /// - Throws: `CancellationError` when it is aborted.
    mutating func ready(_ wanted: [pollfd]) throws -> [Int16]? {
        var descriptors = wanted + [pollfd(fd: abort.descriptor, events: Int16(POLLIN), revents: 0)]
        while true {
            let next = min(deadline, notice?.due ?? .max)
            let count = poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: next))
            if abort.isSet { throw CancellationError() }
            if count > 0 { return descriptors.dropLast().map(\.revents) }
            notice?.check()
            if Clock.monotonic >= deadline { return nil }
        }
    }

    /// - Returns: whether the descriptor is ready; `false` when it is late.
    /// - Throws: `CancellationError` when it is aborted.
    mutating func ready(_ descriptor: Int32, _ events: Int32) throws -> Bool {
        try ready([pollfd(fd: descriptor, events: Int16(events), revents: 0)]) != nil
    }

    /// Rounded up, so that nobody wakes too early again and again; at most a minute.
    private static func milliseconds(until time: UInt64) -> Int32 {
        let now = Clock.monotonic
        guard time > now else { return 0 }
        return Int32(min((time - now - 1) / 1_000_000 + 1, 60_000))
    }
}
