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
    /// Delivered since the rate was last known.
    private var unmeasured = 0
    private var idleSince: ContinuousClock.Instant?

    private static let shortest: Duration = .milliseconds(50)
    private static let memory: Duration = .milliseconds(200)

    /// Bytes that a sender lets wait on the way: half a second's worth. While nothing is known, a megabyte, and more with what the link has
    /// taken without ever being busy for long enough to be measured.
    var allowance: Int {
        guard let bytesPerSecond else { return min(WireLimits.window, max(Self.least, unmeasured / 2)) }
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
        unmeasured = bytesPerSecond == nil ? unmeasured + bytes : 0
        guard let began else { return }
        delivered += bytes
        let time = began.duration(to: now)
        guard time >= Self.shortest else { return }
        let rate = Double(delivered) / (time / .seconds(1))
        bytesPerSecond = bytesPerSecond.map { ($0 + rate) / 2 } ?? rate
        self.began = now
        delivered = 0
    }
}
