/// A two-way stream of bytes: an SSH channel, a pair of pipes, a socket.
///
/// One task reads and one task writes at a time; reading and writing may overlap. Every call can be cancelled.
public protocol ByteStream: Sendable {
    /// Reads what is there, waiting for at least one byte.
    /// - Parameter limit: the most bytes to return.
    /// - Returns: 1 to `limit` bytes, or none at the end of the stream.
    func read(upTo limit: Int) async throws -> [UInt8]

    /// Reads on until there are `count` bytes, of which the first are `head`.
    /// - Returns: fewer bytes at the end of the stream.
    func read(_ count: Int, after head: ArraySlice<UInt8>) async throws -> [UInt8]

    /// Hands all of `bytes` over, waiting while the other side is slower (back-pressure).
    func write(_ bytes: [UInt8]) async throws

    /// Hands all pieces over, one after the other, as one call of ``write(_:)-([UInt8])`` would with all of their bytes.
    func write(_ pieces: [[UInt8]]) async throws

    /// Says that nothing more will be written; reading goes on.
    func finishWriting() async throws

    /// Ends both directions at once and frees what the stream holds. Waiting calls throw.
    func close() async
}

extension ByteStream {
    public func read(_ count: Int, after head: ArraySlice<UInt8>) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        bytes += head
        while bytes.count < count {
            let more = try await read(upTo: min(256 << 10, count - bytes.count))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    public func write(_ pieces: [[UInt8]]) async throws {
        for piece in pieces { try await write(piece) }
    }
}
