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

/// A piece of a large file. A message is a flag byte (1: packed, 2: last piece), the file's number, with the last
/// piece its attributes, digest and remark, and then the bytes.
struct FileChunk: Sendable {
    struct Ending: Sendable {
        var attributes: Attributes
        var digest: ContentDigest
        var remark: ContentRemark
    }

    var id: Int
    var ending: Ending?

    /// The most bytes of a piece, unpacked.
    static let size = 512 << 10

    func encoded(_ bytes: UnsafeRawBufferPointer, packedWith zstd: Zstd?) -> [UInt8] {
        let frame = zstd?.packed(bytes)
        var writer = ByteWriter(.chunk)
        writer.bytes.reserveCapacity(64 + (frame?.count ?? bytes.count))
        writer.byte((frame == nil ? 0 : 1) | (ending == nil ? 0 : 2))
        writer.number(id)
        if let ending {
            writer.attributes(ending.attributes)
            writer.digest(ending.digest)
            writer.byte(ending.remark.rawValue)
        }
        if let frame { writer.raw(frame) } else { writer.bytes.append(contentsOf: bytes) }
        return writer.bytes
    }

    /// - Returns: the piece, its bytes as they came, and whether those are packed.
    static func decode(_ message: [UInt8]) throws -> (FileChunk, bytes: ArraySlice<UInt8>, isPacked: Bool) {
        var reader = ByteReader(message: message)
        let flags = try reader.byte()
        var chunk = FileChunk(id: try reader.count(upTo: Int.max))
        if flags & 2 != 0 {
            let attributes = try reader.attributes()
            let digest = try reader.digest()
            chunk.ending = Ending(attributes: attributes, digest: digest, remark: try ContentRemark.decode(&reader))
        }
        return (chunk, message[reader.position...], flags & 1 != 0)
    }
}

extension ContentRemark {
    static func decode(_ reader: inout ByteReader) throws -> ContentRemark {
        guard let remark = ContentRemark(rawValue: try reader.byte()) else { throw SyncError.violation("an unknown remark") }
        return remark
    }
}
