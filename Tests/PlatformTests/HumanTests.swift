import Platform
import Testing

@Suite("figures for people") struct HumanTests {
    @Test("durations", arguments: [
        (0, "0.0s"), (0.44, "0.4s"), (9.94, "9.9s"), (9.96, "10s"), (59.4, "59s"), (59.6, "1m00s"), (192, "3m12s"), (3600, "1h00m"),
        (3900, "1h05m"), (86_400, "1d00h"), (-1, "?"), (.nan, "?"), (.infinity, "?"), (1e300, "?"),
    ] as [(Double, String)])
    func durations(seconds: Double, text: String) { #expect(Human.duration(seconds) == text) }

    @Test("limits in sentences: a tenth where it matters", arguments: [
        (.milliseconds(800), "0.8"), (.milliseconds(1000), "1"), (.milliseconds(9940), "9.9"), (.milliseconds(10_400), "10"), (.seconds(600), "600"),
        (.seconds(Int64.max), "1000000000000"),
    ] as [(Duration, String)])
    func limits(duration: Duration, text: String) { #expect(Human.seconds(duration) == text) }

    @Test("sizes", arguments: [
        (0, "0 B"), (17, "17 B"), (999, "999 B"), (1000, "1.0 KB"), (4096, "4.0 KB"), (10 << 10, "10 KB"), (1023 << 10, "1.0 MB"),
        (3 << 29, "1.5 GB"), (123 << 30, "123 GB"), (-5, "0 B"), (Int.max, "8.0 EB"),
    ])
    func sizes(bytes: Int, text: String) { #expect(Human.bytes(bytes) == text) }

    @Test("rates and counts")
    func counts() {
        #expect(Human.rate(0.44) == "0.4/s")
        #expect(Human.rate(1234) == "1,234/s")
        #expect(Human.rate(.nan) == "?/s")
        #expect(Human.count(0) == "0")
        #expect(Human.count(323_840) == "323,840")
        #expect(Human.count(1_000_001) == "1,000,001")
        #expect(Human.count(-1234) == "-1,234")
        #expect(Human.count(Int.min) == "-9,223,372,036,854,775,808")
        #expect(Human.count(1, "file") == "1 file")
        #expect(Human.count(2, "file") == "2 files")
    }

    @Test("a rate is 100 % only if all passed, and 0 % only if none did")
    func percent() {
        #expect(Human.percent(57, of: 59) == "96.6 %")
        #expect(Human.percent(999_999, of: 1_000_000) == "99.9 %")
        #expect(Human.percent(1, of: 1_000_000) == "0.1 %")
        #expect(Human.percent(0, of: 5) == "0.0 %")
        #expect(Human.percent(5, of: 5) == "100.0 %")
        #expect(Human.percent(0, of: 0) == "- %")
        #expect(Human.percent(.nan) == "? %")
        #expect(Human.percent(0.944) == "94 %")
    }
}
