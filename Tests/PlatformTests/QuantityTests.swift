import Platform
import Testing

@Suite("durations and sizes") struct QuantityTests {
    @Test("durations are read in every form", arguments: [
        ("90s", 90), ("30m", 1800), ("1h", 3600), ("1h30m", 5400), ("2d", 172_800), ("500ms", 0.5), ("1.5h", 5400),
        ("3600", 3600), ("0.5", 0.5), ("0", 0), ("1h0m5s", 3605), ("5min", 300),
    ] as [(String, Double)])
    func durations(text: String, seconds: Double) {
        #expect(Quantity.seconds(text) == seconds)
    }

    @Test("what is no duration is refused", arguments: [
        "", "h", "1x", "-1", "-1h", "1h1h", "1m1h", "nan", "inf", "0x10", "1e3", "1.2.3", ".5", "5.", "1h ", " 1h", "99999999999999999999", "1h30", "1 h",
    ])
    func noDurations(text: String) {
        #expect(Quantity.seconds(text) == nil)
    }

    @Test("sizes are read in every form", arguments: [
        ("512M", 512 << 20), ("4G", 4 << 30), ("64K", 65_536), ("1T", 1 << 40), ("1.5G", 3 << 29), ("100", 100), ("8GiB", 8 << 30), ("8gb", 8 << 30),
    ])
    func sizes(text: String, bytes: Int) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test("what is no size is refused", arguments: ["", "G", "-4G", "4X", "4 G", "99999999999T", "1e9", "nan", "4GG"])
    func noSizes(text: String) {
        #expect(Quantity.bytes(text) == nil)
    }
}
