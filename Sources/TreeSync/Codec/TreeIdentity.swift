import Platform

/// The digest of a listing, as ``SyncReport/treeDigest`` defines it. Per entry: kind (1 byte), permission bits (2),
/// length of the path (4), path; of a file the size (8), seconds (8) and nanoseconds (4); of a link the target and its
/// length (4). Integers are little-endian.
struct TreeIdentity {
    private let stream = DigestStream()

    /// What a folder adds.
    static func bytes(of listing: DirectoryListing) -> [UInt8] {
        var buffer: [UInt8] = []
        for entry in listing.entries where entry.kind != .skipped {
            buffer.append(entry.kind.rawValue)
            buffer.append(littleEndian: entry.kind == .link ? 0 : entry.mode)
            let name = listing.name(entry)
            buffer.append(littleEndian: UInt32(truncatingIfNeeded: listing.path.count + 1 + name.count))
            buffer += listing.path
            buffer.append(UInt8(ascii: "/"))
            buffer += name
            if entry.kind == .file {
                buffer.append(littleEndian: entry.size)
                buffer.append(littleEndian: entry.seconds)
                buffer.append(littleEndian: entry.nanoseconds)
            } else if entry.kind == .link {
                buffer.append(littleEndian: UInt32(entry.targetLength))
                buffer += listing.target(entry)
            }
        }
        return buffer
    }

    func add(_ listing: DirectoryListing) { add(bytes: Self.bytes(of: listing)) }

    func add(bytes: [UInt8]) { bytes.withUnsafeBytes { stream.update($0) } }

    var digest: ContentDigest { stream.digest }
}
