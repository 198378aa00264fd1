import CXXHash

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

    fileprivate init(_ hash: CXXHash128) {
        self.init(low: hash.low64, high: hash.high64)
    }

    /// 32 digits, the high half first, as `xxhsum -H2` prints it.
    var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// The same for bytes that come in pieces.
final class DigestStream {
    private let pointer: OpaquePointer

    init() {
        guard let state = XXH_INLINE_XXH3_createState() else { preconditionFailure("out of memory") }
        pointer = state
        reset()
    }

    deinit { XXH_INLINE_XXH3_freeState(pointer) }

    func reset() { XXH_INLINE_XXH3_128bits_reset(pointer) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        XXH_INLINE_XXH3_128bits_update(pointer, bytes.baseAddress, bytes.count)
    }

    var digest: ContentDigest { ContentDigest(XXH_INLINE_XXH3_128bits_digest(pointer)) }
}
