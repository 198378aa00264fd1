import Testing
@testable import Wire

@Suite("The rate at which messages are taken in")
struct DeliveryRateTests {
    private static let start = ContinuousClock.now

    /// Keeps `waiting` bytes on the way for `seconds`, with a credit every 10 ms.
    private func run(_ rate: inout DeliveryRate, from begin: Double = 0, seconds: Double, bytesPerSecond: Double, waiting: Int = 1 << 20) {
        for step in 0..<Int(seconds * 100) {
            let now = Self.start + .milliseconds(Int(begin * 1000) + step * 10)
            rate.send(waiting: waiting, at: now)
            rate.credit(Int(bytesPerSecond / 100), at: now + .milliseconds(5))
        }
    }

    @Test("is found where the link is kept busy", arguments: [1e5, 6e6, 3e8])
    func busy(_ real: Double) throws {
        var rate = DeliveryRate()
        run(&rate, seconds: 1, bytesPerSecond: real)
        let found = try #require(rate.bytesPerSecond)
        #expect(found > 0.8 * real && found < 1.25 * real)
    }

    @Test("stays unknown where the sender is what is slow")
    func idle() {
        var rate = DeliveryRate()
        run(&rate, seconds: 1, bytesPerSecond: 1e6, waiting: 1000)
        #expect(rate.bytesPerSecond == nil)
    }

    @Test("lets more wait on a link that takes much without ever being busy, until it is busy and shows to be slow")
    func unmeasured() {
        var rate = DeliveryRate()
        run(&rate, seconds: 1, bytesPerSecond: 8e6, waiting: 1000)
        #expect(rate.bytesPerSecond == nil)
        #expect(rate.allowance == 4_000_000)
        run(&rate, from: 1, seconds: 2, bytesPerSecond: 100e6, waiting: 1000)
        #expect(rate.allowance == WireLimits.window)
        run(&rate, from: 3, seconds: 0.1, bytesPerSecond: 1e6)
        #expect(rate.allowance == 1 << 20)
    }

    @Test("lets no more wait for what came in the course of hours")
    func trickle() {
        var rate = DeliveryRate()
        for step in 0..<1000 {
            let now = Self.start + .seconds(10 * step)
            rate.send(waiting: 0, at: now)
            rate.credit(64 << 10, at: now + .milliseconds(5))
        }
        #expect(rate.bytesPerSecond == nil)
        #expect(rate.allowance == 2 << 20)
    }

    @Test("is found on a slow link that messages of half a megabyte are sent on, each credited as a whole")
    func wholeMessages() {
        var rate = DeliveryRate()
        let message = (512 << 10) + 40
        var (waiting, found) = (0, 0)
        // The link takes one message in half a second; the sender fills up what it may.
        for step in 0..<20 {
            let now = Self.start + .milliseconds(500 * step)
            while waiting < rate.allowance {
                rate.send(waiting: waiting, at: now)
                waiting += message
            }
            rate.credit(message, at: now + .milliseconds(499))
            waiting -= message
            if rate.bytesPerSecond != nil { found += 1 }
        }
        #expect(found >= 18)
        #expect(rate.bytesPerSecond.map { abs($0 - 1.05e6) < 0.2e6 } == true, "\(String(describing: rate.bytesPerSecond))")
    }

    @Test("is forgotten when the link is no longer kept busy")
    func faster() {
        var rate = DeliveryRate()
        run(&rate, seconds: 1, bytesPerSecond: 1e6)
        #expect(rate.bytesPerSecond != nil)
        run(&rate, from: 1, seconds: 0.5, bytesPerSecond: 1e8, waiting: 0)
        #expect(rate.bytesPerSecond == nil)
    }

    @Test("lets half a second's worth wait, between a megabyte and the window, and two while nothing is known")
    func allowance() {
        var rate = DeliveryRate()
        #expect(rate.allowance == 2 << 20)
        run(&rate, seconds: 1, bytesPerSecond: 1e5)
        #expect(rate.allowance == 1 << 20)
        run(&rate, from: 1, seconds: 1, bytesPerSecond: 8e6)
        #expect(rate.allowance > 3_000_000 && rate.allowance < 5_000_000)
        run(&rate, from: 2, seconds: 1, bytesPerSecond: 1e9)
        #expect(rate.allowance == WireLimits.window)
    }
}
