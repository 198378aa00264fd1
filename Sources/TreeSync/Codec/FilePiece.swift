/// A piece of a large file. Pieces come in any order and on any lane. A message is a flag byte (1: packed), the file's
/// number, where the piece begins, how long the file is, the digest of the piece unpacked, and its bytes.
struct FilePiece: Sendable {
    var id: Int
    var offset: UInt64
    /// Of the whole file.
    var size: UInt64
    var digest: ContentDigest

    /// The most bytes of a piece, unpacked.
    static let limit = 1 << 20

    /// - Parameter frame: the bytes packed, where that is worth it.
    func encoded(_ bytes: UnsafeRawBufferPointer, packed frame: [UInt8]?) -> [UInt8] {
        var writer = Self.begun(id, offset, of: size, isPacked: frame != nil)
        writer.bytes.reserveCapacity(64 + (frame?.count ?? bytes.count))
        writer.digest(digest)
        if let frame { writer.raw(frame) } else { writer.bytes.append(contentsOf: bytes) }
        return writer.bytes
    }

    /// A message, not packed, whose bytes `read` puts to their place at once.
    /// - Parameter read: returns how many there were.
    /// - Returns: `nil` where there were fewer than `count`.
    static func message(_ id: Int, _ offset: UInt64, of size: UInt64, count: Int,
                        _ read: (UnsafeMutableRawBufferPointer) throws(Errno) -> Int) throws(Errno) -> [UInt8]? {
        var writer = begun(id, offset, of: size, isPacked: false)
        let head = writer.bytes.count + ContentDigest.length
        var result: Result<Int, Errno> = .success(0)
        let message = [UInt8](unsafeUninitializedCapacity: head + count) { buffer, filled in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            let content = UnsafeMutableRawBufferPointer(rebasing: memory[head..<head + count])
            do throws(Errno) { result = .success(try read(content)) } catch { result = .failure(error) }
            guard case .success(count) = result else { return }
            writer.digest(ContentDigest.of(UnsafeRawBufferPointer(content)))
            memory.copyBytes(from: writer.bytes)
            filled = head + count
        }
        return try result.get() == count ? message : nil
    }

    /// What stands before the digest.
    private static func begun(_ id: Int, _ offset: UInt64, of size: UInt64, isPacked: Bool) -> ByteWriter {
        var writer = ByteWriter(.piece)
        writer.byte(isPacked ? 1 : 0)
        writer.number(id)
        writer.number(offset)
        writer.number(size)
        return writer
    }

    /// - Returns: the piece, its bytes as they came, and whether those are packed.
    static func decode(_ message: [UInt8]) throws -> (FilePiece, bytes: ArraySlice<UInt8>, isPacked: Bool) {
        var reader = ByteReader(message: message)
        let flags = try reader.byte()
        let id = try reader.count(upTo: Int.max)
        let offset = try reader.number()
        let size = try reader.number()
        let piece = FilePiece(id: id, offset: offset, size: size, digest: try reader.digest())
        return (piece, message[reader.position...], flags & 1 != 0)
    }
}
