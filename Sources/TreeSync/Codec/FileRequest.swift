/// What a receiver wants of one file of the manifest.
struct FileRequest: Sendable {
    enum Kind: Sendable {
        case send
        /// Content only if its digest is another.
        case sendUnless(ContentDigest)
        /// Only whether the digest is another.
        case compare(ContentDigest)
        /// Its chunks; what of them is to be sent is told later.
        case recipe(ChunkRule)

        var isRecipe: Bool { if case .recipe = self { true } else { false } }
    }

    var id: Int
    var kind: Kind

    static func encode(_ requests: [FileRequest]) -> [UInt8] {
        var writer = ByteWriter(.requests)
        var previous = 0
        for request in requests {
            writer.signed(Int64(request.id - previous))
            previous = request.id
            switch request.kind {
            case .send: writer.byte(0)
            case .sendUnless(let digest):
                writer.byte(1)
                writer.digest(digest)
            case .compare(let digest):
                writer.byte(2)
                writer.digest(digest)
            case .recipe(let rule):
                writer.byte(3)
                writer.byte(UInt8(rule.bits))
            }
        }
        return writer.bytes
    }

    static func decode(_ message: [UInt8]) throws -> [FileRequest] {
        var reader = ByteReader(message: message)
        var requests: [FileRequest] = []
        var previous: Int64 = 0
        while !reader.isAtEnd {
            let (id, overflow) = previous.addingReportingOverflow(try reader.signed())
            guard !overflow, id >= 0 else { throw SyncError.violation("a request for a file that does not exist") }
            previous = id
            switch try reader.byte() {
            case 0: requests.append(FileRequest(id: Int(id), kind: .send))
            case 1: requests.append(FileRequest(id: Int(id), kind: .sendUnless(try reader.digest())))
            case 2: requests.append(FileRequest(id: Int(id), kind: .compare(try reader.digest())))
            case 3:
                guard let rule = ChunkRule(bits: Int(try reader.byte())) else { throw SyncError.violation("an impossible size of chunks") }
                requests.append(FileRequest(id: Int(id), kind: .recipe(rule)))
            default: throw SyncError.violation("a request of an unknown kind")
            }
        }
        return requests
    }
}
