/// A file's header in a batch, before its bytes.
struct FileHeader: Sendable {
    var id: Int
    var attributes: Attributes
    /// Of the bytes that follow.
    var size: Int
    var digest: ContentDigest
    /// What the sender noticed while it read, if anything.
    var remark: ContentRemark
}

enum ContentRemark: UInt8, Sendable {
    case none = 0
    case changedWhileRead = 1
    case changedAfterListing = 2

    var problem: (kind: SyncProblem.Kind, reason: String)? {
        switch self {
        case .none: nil
        case .changedWhileRead: (.changedWhileRead, "was written to while it was read; sync again when it is at rest")
        case .changedAfterListing: (.changedAfterListing, "changed while the sync ran; its newer state was taken")
        }
    }
}

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

/// What remains to be said of a large file when its pieces are sent; it may come before some of them.
struct FileEnding: Sendable {
    var id: Int
    /// Of the whole file.
    var size: UInt64
    /// The sum of its pieces: less where it has holes, or where the receiver had a part of it.
    var literal: UInt64
    var attributes: Attributes
    var remark: ContentRemark

    func encoded() -> [UInt8] {
        var writer = ByteWriter(.fileEnd)
        writer.number(id)
        writer.number(size)
        writer.number(literal)
        writer.attributes(attributes)
        writer.byte(remark.rawValue)
        return writer.bytes
    }

    init(id: Int, size: UInt64, literal: UInt64, attributes: Attributes, remark: ContentRemark) {
        self.id = id
        self.size = size
        self.literal = literal
        self.attributes = attributes
        self.remark = remark
    }

    init(decoding message: [UInt8]) throws {
        var reader = ByteReader(message: message)
        id = try reader.count(upTo: Int.max)
        size = try reader.number()
        literal = try reader.number()
        attributes = try reader.attributes()
        remark = try ContentRemark.decode(&reader)
        guard literal <= size, size <= UInt64(Int64.max) else { throw SyncError.violation("an impossible size") }
    }
}

extension ContentRemark {
    static func decode(_ reader: inout ByteReader) throws -> ContentRemark {
        guard let remark = ContentRemark(rawValue: try reader.byte()) else { throw SyncError.violation("an unknown remark") }
        return remark
    }
}
