/// The messages of a delta: the sender's recipe of a file, and the receiver's list of the ranges that it misses. Both may come in
/// parts, and have a flag byte (1: the last part) and the file's number first.
enum DeltaCodec {
    /// Chunks, or ranges, in one message.
    private static let limit = 50_000

    static func recipe(_ id: Int, _ recipe: FileRecipe) -> [[UInt8]] {
        parts(recipe.chunks, .recipe, id) { chunk, writer in
            writer.number(chunk.length)
            writer.digest(chunk.digest)
        }
    }

    static func missing(_ id: Int, _ ranges: [Range<Int>]) -> [[UInt8]] {
        var end = 0
        return parts(ranges, .missing, id) { range, writer in
            writer.number(range.lowerBound - end)
            writer.number(range.count)
            end = range.upperBound
        }
    }

    private static func parts<Item>(_ items: [Item], _ kind: MessageKind, _ id: Int, _ write: (Item, inout ByteWriter) -> Void) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var start = 0
        repeat {
            let end = min(items.count, start + limit)
            var writer = ByteWriter(kind)
            writer.byte(end == items.count ? 1 : 0)
            writer.number(id)
            for item in items[start..<end] { write(item, &writer) }
            messages.append(writer.bytes)
            start = end
        } while start < items.count
        return messages
    }

    static func decodeRecipe(_ message: [UInt8]) throws -> (id: Int, chunks: [FileChunk], isLast: Bool) {
        var reader = ByteReader(message: message)
        let flags = try reader.byte()
        let id = try reader.count(upTo: Int.max)
        var chunks: [FileChunk] = []
        while !reader.isAtEnd {
            let length = try reader.count(upTo: 1 << 30)
            guard length > 0 else { throw SyncError.violation("an empty chunk") }
            chunks.append(FileChunk(length: length, digest: try reader.digest()))
        }
        return (id, chunks, flags & 1 != 0)
    }

    /// - Parameter end: where the part before ended.
    static func decodeMissing(_ message: [UInt8], after end: (Int) -> Int) throws -> (id: Int, ranges: [Range<Int>], isLast: Bool) {
        var reader = ByteReader(message: message)
        let flags = try reader.byte()
        let id = try reader.count(upTo: Int.max)
        var ranges: [Range<Int>] = []
        var place = end(id)
        while !reader.isAtEnd {
            let start = place.addingReportingOverflow(try reader.count(upTo: Int.max))
            let stop = start.partialValue.addingReportingOverflow(try reader.count(upTo: Int.max))
            guard !start.overflow, !stop.overflow, stop.partialValue > start.partialValue else { throw SyncError.violation("an impossible part of a file") }
            place = stop.partialValue
            ranges.append(start.partialValue..<place)
        }
        return (id, ranges, flags & 1 != 0)
    }
}
