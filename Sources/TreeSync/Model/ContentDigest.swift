import CXXHash
import Platform

/// xxh3-128 of some bytes. It finds damage and difference, not malice.
struct ContentDigest: Sendable, Hashable {
    /// Bytes in a message.
    static let length = 16

    var low: UInt64
    var high: UInt64

    static func of(_ bytes: UnsafeRawBufferPointer) -> ContentDigest {
        ContentDigest(XXH_INLINE_XXH3_128bits(bytes.baseAddress, bytes.count))
    }

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    init(_ hash: CXXHash128) {
        self.init(low: hash.low64, high: hash.high64)
    }

    /// 32 digits, the high half first, as `xxhsum -H2` prints it.
    var hexadecimal: String { Hex.encode(high) + Hex.encode(low) }
}
