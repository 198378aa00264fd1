import Wire

/// Whole small files for one message: for each a header and its bytes.
struct FileBatch {
    private var body: [UInt8] = []
    /// Where each file ends.
    private var ends: [Int] = []

    /// The most bytes of files that travel together. Packed they are sure to fit where packing pays.
    static let limit = 7 << 20
    /// What does not shrink goes in messages of about this size.
    private static let unpackedLimit = 3 << 20

    var count: Int { body.count }

    mutating func append(_ header: FileHeader, _ bytes: UnsafeRawBufferPointer) {
        var writer = ByteWriter()
        writer.number(header.id)
        writer.attributes(header.attributes)
        writer.number(header.size)
        writer.digest(header.digest)
        writer.byte(header.remark.rawValue)
        body += writer.bytes
        body.append(contentsOf: bytes)
        ends.append(body.count)
    }

    mutating func removeAll() {
        body.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// - Returns: one frame of all files, or `nil` where that saves little or is too long.
    func packed(_ zstd: Zstd, level: Int32) -> [UInt8]? {
        guard let frame = body.withUnsafeBytes({ zstd.packed($0, level: level) }), frame.count <= WireLimits.message - 2 else { return nil }
        return frame
    }

    /// - Parameter frame: of ``packed(_:level:)``.
    func messages(packed frame: [UInt8]?) -> [[UInt8]] {
        guard ends.last != nil else { return [] }
        if let frame { return [[MessageKind.batch.rawValue, 1] + frame] }
        var messages: [[UInt8]] = []
        var start = 0
        for (index, end) in ends.enumerated() where end - start >= Self.unpackedLimit || index == ends.count - 1 {
            messages.append([MessageKind.batch.rawValue, 0] + body[start..<end])
            start = end
        }
        return messages
    }
}
