import Platform

/// Takes a message apart. Whatever the bytes are, it throws and never traps.
struct ByteReader {
    let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Reads after the kind.
    init(message: [UInt8]) { self.init(message.dropFirst()) }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.endIndex else { throw SyncError.violation("a message that is too short") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw SyncError.violation("a number that is too large") }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { throw SyncError.violation("a number that is too long") }
        }
    }

    /// A count or length of at most `limit`.
    mutating func count(upTo limit: Int) throws -> Int {
        let value = try number()
        guard value <= UInt64(max(0, limit)) else { throw SyncError.violation("a count of \(value), where \(limit) is the most") }
        return Int(value)
    }

    mutating func signed() throws -> Int64 {
        let value = try number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func fixed64() throws -> UInt64 {
        try raw(8).withUnsafeBytes { $0.littleEndian(at: 0) }
    }

    mutating func raw(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw SyncError.violation("a message that is too short") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func string(upTo limit: Int) throws -> ArraySlice<UInt8> { try raw(count(upTo: limit)) }

    mutating func attributes() throws -> Attributes {
        let mode = try number()
        let seconds = try signed()
        let nanoseconds = try number()
        guard mode <= 0o7777, nanoseconds < 1_000_000_000 else { throw SyncError.violation("an impossible mode or time") }
        return Attributes(mode: UInt16(mode), seconds: seconds, nanoseconds: UInt32(nanoseconds))
    }

    mutating func digest() throws -> ContentDigest {
        let low = try fixed64()
        return ContentDigest(low: low, high: try fixed64())
    }
}
