import Platform

/// Decides when to ask a silent peer for a sign of life, and when to give it up.
///
/// libssh2's keepalives are sent and never missed; a cut cable would otherwise be noticed by nobody.
struct Keepalive {
    enum Action: Equatable {
        case nothing
        /// Ask for a sign of life.
        case probe
        /// Give the peer up: nothing has come for so long.
        case dead(seconds: Int)
    }

    /// Nanoseconds of silence before each question; 0 asks never.
    private let interval: UInt64
    private let countMax: Int
    private var unanswered = 0
    private var lastProbe: UInt64 = 0

    init(interval: Duration, countMax: Int) {
        self.interval = interval.inNanoseconds
        self.countMax = max(1, countMax)
    }

    /// Counts questions, not time alone: a process that was stopped for an hour has to ask before it judges.
    mutating func check(lastReceived: UInt64, now: UInt64 = Clock.monotonic) -> Action {
        guard interval > 0 else { return .nothing }
        if lastReceived > lastProbe { unanswered = 0 }
        let lastEvent = max(lastReceived, lastProbe)
        guard now > lastEvent, now - lastEvent >= interval else { return .nothing }
        guard unanswered < countMax else { return .dead(seconds: Int((now - lastReceived) / 1_000_000_000)) }
        unanswered += 1
        lastProbe = now
        return .probe
    }
}
