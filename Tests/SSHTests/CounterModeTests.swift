import CCounterMode
import Testing

@Suite("AES in counter mode for libssh2")
struct CounterModeTests {
    private static let isInstalled = counter_mode_install() == 1

    /// What zeros become.
    private func stream(made: Bool, counter: [UInt8], bytes: Int, piece: Int) -> [UInt8] {
        let key = (0..<16).map { UInt8($0 * 11) }
        return [UInt8](unsafeUninitializedCapacity: bytes) { buffer, count in
            let isGood = counter_mode_stream(made ? 1 : 0, key, counter, buffer.baseAddress, Int32(bytes), Int32(piece))
            count = isGood == 1 ? bytes : 0
        }
    }

    @Test("makes the bytes that libcrypto makes, in calls of any length", arguments: [1, 15, 16, 17, 100, 4096, 5000, 70000])
    func sameBytes(piece: Int) {
        #expect(Self.isInstalled)
        let counter = [UInt8](repeating: 7, count: 16)
        let expected = stream(made: false, counter: counter, bytes: 70000, piece: 70000)
        #expect(expected.count == 70000)
        #expect(stream(made: true, counter: counter, bytes: 70000, piece: piece) == expected)
    }

    @Test("carries over where the counter does")
    func overflow() {
        #expect(Self.isInstalled)
        let counter = [UInt8](repeating: 0xFF, count: 15) + [0xFA]
        let expected = stream(made: false, counter: counter, bytes: 20000, piece: 20000)
        #expect(expected.count == 20000)
        #expect(stream(made: true, counter: counter, bytes: 20000, piece: 16) == expected)
    }

    @Test("is what libssh2 gets, and nothing else is")
    func preferred() { #expect(Self.isInstalled && counter_mode_is_preferred() == 1) }
}
