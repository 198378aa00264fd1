import CZstd

/// zstd frames of known size; one thread uses one of these.
final class Zstd {
    /// The most bytes that a frame unpacks to.
    static let limit = 8 << 20

    private let packer: OpaquePointer?
    private let unpacker: OpaquePointer?

    init() {
        packer = ZSTD_createCCtx()
        unpacker = ZSTD_createDCtx()
    }

    deinit {
        ZSTD_freeCCtx(packer)
        ZSTD_freeDCtx(unpacker)
    }

    /// - Returns: the frame, or `nil` where it saves less than a sixteenth.
    func packed(_ bytes: UnsafeRawBufferPointer, level: Int32 = 1) -> [UInt8]? {
        guard let packer, bytes.count >= 64 else { return nil }
        let useful = bytes.count - bytes.count / 16
        let room = ZSTD_compressBound(bytes.count)
        var worked = false
        let frame = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            let size = ZSTD_compressCCtx(packer, buffer.baseAddress, room, bytes.baseAddress, bytes.count, level)
            worked = ZSTD_isError(size) == 0 && size < useful
            count = worked ? size : 0
        }
        return worked ? frame : nil
    }

    func unpacked(_ frame: ArraySlice<UInt8>) throws -> [UInt8] {
        try frame.withUnsafeBytes { source in
            let size = ZSTD_getFrameContentSize(source.baseAddress, source.count)
            // Above the limit are also the values for "unknown" and "no frame".
            guard let unpacker, size <= UInt64(Self.limit) else { throw SyncError.violation("a damaged compressed block") }
            var isWhole = false
            let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                let got = ZSTD_decompressDCtx(unpacker, buffer.baseAddress, Int(size), source.baseAddress, source.count)
                isWhole = ZSTD_isError(got) == 0 && got == Int(size)
                count = isWhole ? got : 0
            }
            guard isWhole else { throw SyncError.violation("a damaged compressed block") }
            return bytes
        }
    }
}
