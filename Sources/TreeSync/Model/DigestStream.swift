import CXXHash

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
