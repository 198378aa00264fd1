/// How fast the other side of an exchange takes in what is sent, from the credit that it gives.
///
/// Only what passes while the link is kept busy counts: a sender that has little to say learns nothing of the link.
struct DeliveryRate {
    /// A receiver gives credit for this many bytes at the latest, so no more wait on a link that is idle.
    static let creditStep = 256 << 10
    /// An exchange's first credits come sooner, so that a slow link is known early.
    static let firstStep = 64 << 10

    /// Bytes a second; `nil` while unknown, as on a link that is never kept busy.
    private(set) var bytesPerSecond: Double?
    /// When the present measurement began.
    private var began: ContinuousClock.Instant?
    private var delivered = 0
    /// Delivered while the rate is unknown.
    private var unmeasured = Seconds()
    private var idleSince: ContinuousClock.Instant?

    private static let shortest: Duration = .milliseconds(50)
    private static let memory: Duration = .milliseconds(200)

    /// Bytes that a sender lets wait on the way: half a second's worth. While the rate is unknown, that of what the link has taken in a second
    /// without being busy for long enough to be measured, and room for two large messages at least.
    var allowance: Int {
        guard let bytesPerSecond else { return min(WireLimits.window, max(2 * Self.least, unmeasured.most / 2)) }
        return min(WireLimits.window, max(Self.least, Int(min(bytesPerSecond / 2, 1e9))))
    }

    private static let least = 1 << 20

    /// Takes note that something is sent while `waiting` bytes are on the way.
    mutating func send(waiting: Int, at now: ContinuousClock.Instant) {
        guard waiting < Self.creditStep else {
            idleSince = nil
            if began == nil { began = now }
            return
        }
        (began, delivered) = (nil, 0)
        guard let since = idleSince else { return idleSince = now }
        if since.duration(to: now) > Self.memory { bytesPerSecond = nil }
    }

    /// Takes note of a credit.
    mutating func credit(_ bytes: Int, at now: ContinuousClock.Instant) {
        if bytesPerSecond == nil { unmeasured.add(bytes, at: now) } else { unmeasured = Seconds() }
        guard let began else { return }
        delivered += bytes
        let time = began.duration(to: now)
        guard time >= Self.shortest else { return }
        let rate = Double(delivered) / (time / .seconds(1))
        bytesPerSecond = bytesPerSecond.map { ($0 + rate) / 2 } ?? rate
        self.began = now
        delivered = 0
    }

    /// Bytes of this second, and of the one before.
    private struct Seconds {
        private var began: ContinuousClock.Instant?
        private var now = 0
        private var before = 0

        var most: Int { max(now, before) }

        mutating func add(_ bytes: Int, at time: ContinuousClock.Instant) {
            let age = began.map { $0.duration(to: time) } ?? .seconds(2)
            if age >= .seconds(1) {
                before = age < .seconds(2) ? now : 0
                (began, now) = (time, 0)
            }
            now += bytes
        }
    }
}
