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
        run(&rate, from: 1, seconds: 1, bytesPerSecond: 100e6, waiting: 1000)
        #expect(rate.allowance == WireLimits.window)
        run(&rate, from: 2, seconds: 0.1, bytesPerSecond: 1e6)
        #expect(rate.allowance == 1 << 20)
    }

    @Test("is forgotten when the link is no longer kept busy")
    func faster() {
        var rate = DeliveryRate()
        run(&rate, seconds: 1, bytesPerSecond: 1e6)
        #expect(rate.bytesPerSecond != nil)
        run(&rate, from: 1, seconds: 0.5, bytesPerSecond: 1e8, waiting: 0)
        #expect(rate.bytesPerSecond == nil)
    }

    @Test("lets half a second's worth wait, between a megabyte and the window")
    func allowance() {
        var rate = DeliveryRate()
        #expect(rate.allowance == 1 << 20)
        run(&rate, seconds: 1, bytesPerSecond: 1e5)
        #expect(rate.allowance == 1 << 20)
        run(&rate, from: 1, seconds: 1, bytesPerSecond: 8e6)
        #expect(rate.allowance > 3_000_000 && rate.allowance < 5_000_000)
        run(&rate, from: 2, seconds: 1, bytesPerSecond: 1e9)
        #expect(rate.allowance == WireLimits.window)
    }
}
