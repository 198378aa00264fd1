import CCounterMode
import Testing

@Suite("Ciphers as libssh2 gets them")
struct CounterModeTests {
    private static let ones = [UInt8](repeating: 7, count: 16)

    /// What zeros become: at once by libcrypto, or in pieces by what libssh2 calls.
    private func crypted(_ cipher: counter_mode_cipher, encrypts: Bool = true, iv: [UInt8] = ones, bytes: Int, piece: Int? = nil) -> [UInt8] {
        let key = (0..<32).map { UInt8($0 * 7) }
        return [UInt8](unsafeUninitializedCapacity: bytes) { buffer, count in
            let isGood = counter_mode_crypt(cipher, encrypts ? 1 : 0, key, iv, buffer.baseAddress, Int32(bytes), Int32(piece ?? 0))
            count = isGood == 1 ? bytes : 0
        }
    }

    @Test("make the bytes that libcrypto makes, in calls of any length",
          arguments: [COUNTER_MODE_AES_128_CTR, COUNTER_MODE_AES_256_CTR], [1, 15, 16, 17, 100, 4096, 5000, 70000])
    func sameBytes(cipher: counter_mode_cipher, piece: Int) {
        for encrypts in [true, false] { sameBytes(cipher, encrypts: encrypts, piece) }
    }

    private func sameBytes(_ cipher: counter_mode_cipher, encrypts: Bool, _ piece: Int) {
        let expected = crypted(cipher, encrypts: encrypts, bytes: 70000)
        #expect(expected.count == 70000)
        #expect(crypted(cipher, encrypts: encrypts, bytes: 70000, piece: piece) == expected)
    }

    @Test("carry over where the counter does")
    func overflow() {
        let counter = [UInt8](repeating: 0xFF, count: 15) + [0xFA]
        let expected = crypted(COUNTER_MODE_AES_128_CTR, iv: counter, bytes: 20000)
        #expect(expected.count == 20000)
        #expect(crypted(COUNTER_MODE_AES_128_CTR, iv: counter, bytes: 20000, piece: 16) == expected)
    }

    @Test("are libssh2's own where they chain blocks")
    func chained() { sameBytes(COUNTER_MODE_AES_128_CBC, encrypts: true, 16) }
}
