import Platform

/// Cuts a byte stream into frames. One task reads.
struct FrameReader: ~Copyable {
    private let stream: any ByteStream
    private var buffer: [UInt8] = []
    private var position = 0

    /// The most bytes asked of the stream at once.
    private static let chunk = 256 << 10
    /// After a payload of a chunk and more: such come one after the other, and what is read with the next one's head has to be copied.
    private static let headChunk = 4 << 10
    private var ahead = FrameReader.chunk

    init(_ stream: any ByteStream) { self.stream = stream }

    /// The next frame, or `nil` where the stream ends between two frames.
    /// - Throws: ``WireFault`` `malformed` for an unknown kind, a payload over the limit, or an end inside a frame.
    mutating func next() async throws -> Frame? {
        guard try await fill(Frame.headerSize) else {
            guard buffer.count == position else { throw WireFault(.disconnected, "the connection ended inside a frame") }
            return nil
        }
        let rawKind = buffer[position]
        let exchange: UInt32 = buffer.littleEndian(at: position + 1)
        let length = Int(buffer.littleEndian(at: position + 5, as: UInt32.self))
        guard let kind = Frame.Kind(rawValue: rawKind), length <= WireLimits.message else {
            throw WireFault(.malformed, "the other side sent a frame of kind \(rawKind) and \(length) bytes, which is not our protocol")
        }
        position += Frame.headerSize
        ahead = length < Self.chunk ? Self.chunk : Self.headChunk
        return Frame(kind, exchange: exchange, payload: try await payload(length))
    }

    /// Takes a payload out of the buffer, and straight from the stream what is not there.
    private mutating func payload(_ length: Int) async throws -> [UInt8] {
        let there = Swift.min(length, buffer.count - position)
        defer { position += there }
        guard there < length else { return Array(buffer[position..<position + length]) }
        let payload = try await stream.read(length, after: buffer[position..<position + there])
        guard payload.count == length else { throw WireFault(.disconnected, "the connection ended inside a frame") }
        return payload
    }

    /// Reads past anything up to and including `mark`: a login banner, a start-up file that prints.
    /// - Returns: what stood before the mark, for diagnosis; at most `limit` bytes.
    /// - Throws: ``WireFault`` `disconnected` if the stream ends first, `malformed` after `limit` bytes without it.
    mutating func skip(through mark: [UInt8], limit: Int) async throws -> [UInt8] {
        var searched = 0
        while true {
            if let end = buffer.firstEnd(of: mark, from: Swift.max(0, searched - mark.count)) {
                position = end
                return Array(buffer[..<(end - mark.count)])
            }
            searched = buffer.count
            guard searched <= limit else { throw NoMark(bytes: buffer, ended: false) }
            let more = try await stream.read(upTo: Self.chunk)
            guard !more.isEmpty else { throw NoMark(bytes: buffer, ended: true) }
            buffer += more
        }
    }

    /// The mark did not come; `bytes` is what came instead.
    struct NoMark: Error {
        var bytes: [UInt8]
        var ended: Bool
    }

    /// Makes `count` unread bytes available; false if the stream ends before.
    private mutating func fill(_ count: Int) async throws -> Bool {
        while buffer.count - position < count {
            if position > 0 {
                buffer.removeFirst(position)
                position = 0
            }
            let more = try await stream.read(upTo: Swift.max(ahead, count - buffer.count))
            guard !more.isEmpty else { return false }
            if buffer.isEmpty { buffer = more } else { buffer += more }
        }
        return true
    }
}

extension [UInt8] {
    /// The position just behind the first `mark` at or after `start`.
    fileprivate func firstEnd(of mark: [UInt8], from start: Int) -> Int? {
        guard count >= mark.count, let first = mark.first else { return nil }
        for at in start...(Swift.max(start, count - mark.count)) where at + mark.count <= count && self[at] == first {
            if self[at..<at + mark.count].elementsEqual(mark) { return at + mark.count }
        }
        return nil
    }
}
