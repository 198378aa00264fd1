/// A hash of bytes that is the same on every machine and in every release: files hold it.
package enum StableHash {
    /// FNV-1a, finished with the mixer of SplitMix64; the same on every machine.
    package static func of(_ bytes: some Sequence<UInt8>, _ seed: UInt64) -> UInt64 {
        var value = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
