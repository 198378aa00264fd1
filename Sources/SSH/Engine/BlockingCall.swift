import CLibSSH2
import Glibc
import Logging
import Platform

/// A call of libssh2 before the executor's turns: it blocks the session's thread, which has nothing else to do yet, until it is done,
/// aborted or late.
struct BlockingCall {
    /// The longest turn, in milliseconds.
    private static let tick: Int32 = 100
    /// A turn that took longer, in nanoseconds, was a pause of this process, or of the user who was asked something.
    private static let pause: UInt64 = 1_000_000_000
    /// What may come before a host's first line; ssh takes 1024 lines.
    private static let greetingLimit = 256 << 10

    let engine: SessionEngine
    let abort: EventFlag
    /// By ``Clock/monotonic``.
    let deadline: UInt64
    /// The time that ``deadline`` leaves, for messages.
    let limit: Duration
    /// The user is told after this time what is waited for.
    let noticeAfter: Duration
    let logger: Logger

    /// Repeats `call` until it returns something other than EAGAIN.
    /// - Parameter what: what is waited for, for messages.
    func run(_ what: () -> String, _ call: () throws -> Int32) throws -> Int32 {
        let buffers = engine.buffers
        var events: Int16 = 0
        let begun = Clock.monotonic
        // Neither the time in which the user is asked counts, nor that in which this process is stopped.
        var away: UInt64 = 0
        var last = begun
        var isNoticed = false
        while true {
            if abort.isSet { throw CancellationError() }
            buffers.beginTurn(events)
            let code = try call()
            let now = Clock.monotonic
            if now - last > Self.pause { away += now - last }
            last = now
            buffers.flush()
            guard code == LIBSSH2_ERROR_EAGAIN else { return code }
            if let errno = buffers.failure { throw engine.lost(errno) }
            guard engine.hasBanner || buffers.received <= Self.greetingLimit else {
                throw SSHError(.handshakeFailed, "cannot connect to \(engine.target): it sends \(Self.greetingLimit >> 10) KiB and no SSH banner",
                               remedy: "check that an SSH server listens on this port")
            }
            guard now - away < deadline else { throw late(what()) }
            if !isNoticed, now - begun - away > noticeAfter.inNanoseconds {
                isNoticed = true
                let left = Duration.nanoseconds(Int64(clamping: deadline - (now - away)))
                logger.warning("still waiting for \(engine.target): \(what()) is due since \(Human.seconds(noticeAfter)) s, \(Human.seconds(left)) s are left")
            }
            var descriptors = [pollfd(fd: buffers.descriptor, events: buffers.events, revents: 0),
                               pollfd(fd: abort.descriptor, events: Int16(POLLIN), revents: 0)]
            events = poll(&descriptors, 2, buffers.hasMoreInput ? 0 : Self.tick) > 0 ? descriptors[0].revents : 0
        }
    }

    private func late(_ what: String) -> SSHError {
        SSHError(.timedOut, "cannot connect to \(engine.target): \(what) has not come within \(Human.seconds(limit)) s", remedy: """
            check that an SSH server listens there and is well, or raise ConnectTimeout
            """, isRetryable: true)
    }
}
