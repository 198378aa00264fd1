import Glibc

/// A file's content as a list of chunks, in order.
struct FileRecipe: Sendable {
    var chunks: [FileChunk]

    /// Bytes that one thread takes at a time.
    private static let segment = 4 << 20

    /// Reads a part of an open file with several threads and cuts it. What comes before the part decides on its cuts
    /// too, so that they are the same as in the whole file; the part's own ends are cuts besides.
    /// - Returns: `nil` where the file ends before the part does, or cannot be read.
    init?(of descriptor: Int32, _ range: Range<Int>, rule: ChunkRule, threads: Int) {
        let count = (range.count + Self.segment - 1) / Self.segment
        let parts = Monitor([Part?](repeating: nil, count: count))
        let isWhole = ParallelWork.run(count, threads: threads) { index, buffer in
            let start = range.lowerBound + Self.segment * index
            guard let part = Part(descriptor, start..<min(range.upperBound, start + Self.segment), rule, buffer) else { return false }
            parts.withLock { $0[index] = part }
            return true
        }
        guard isWhole, let chunks = Self.joined(parts.withLock { $0 }, descriptor, range, rule) else { return nil }
        self.chunks = chunks
    }

    init(chunks: [FileChunk]) { self.chunks = chunks }

    /// A segment's cuts, and the chunks between them.
    private struct Part: Sendable {
        var first: Int?
        var last = 0
        var chunks: [FileChunk] = []

        init?(_ descriptor: Int32, _ range: Range<Int>, _ rule: ChunkRule, _ buffer: ScratchBuffer) {
            let before = min(range.lowerBound, rule.lookBack)
            let wanted = before + range.count
            let memory = buffer.reserve(wanted)
            guard (try? FileBytes.read(descriptor, into: memory, at: UInt64(range.lowerBound - before))) == wanted else { return nil }
            let bytes = UnsafeRawBufferPointer(memory)
            let offset = range.lowerBound - before
            var start: Int?
            for cut in rule.cuts(in: bytes, from: before) {
                if let start {
                    for piece in stride(from: start, to: cut, by: rule.maximum) {
                        let part = UnsafeRawBufferPointer(rebasing: bytes[piece..<min(cut, piece + rule.maximum)])
                        chunks.append(FileChunk(length: part.count, digest: ContentDigest.of(part)))
                    }
                } else {
                    first = offset + cut
                }
                start = cut
                last = offset + cut
            }
        }
    }

    /// Adds the chunks that reach over segments' ends.
    private static func joined(_ parts: [Part?], _ descriptor: Int32, _ range: Range<Int>, _ rule: ChunkRule) -> [FileChunk]? {
        var chunks: [FileChunk] = []
        var open = range.lowerBound
        let buffer = ScratchBuffer()
        func close(at end: Int) -> Bool {
            for start in stride(from: open, to: end, by: rule.maximum) {
                let memory = buffer.reserve(min(end - start, rule.maximum))
                guard (try? FileBytes.read(descriptor, into: memory, at: UInt64(start))) == memory.count else { return false }
                chunks.append(FileChunk(length: memory.count, digest: ContentDigest.of(UnsafeRawBufferPointer(memory))))
            }
            open = end
            return true
        }
        for case let part? in parts {
            guard let first = part.first else { continue }
            guard close(at: first) else { return nil }
            chunks += part.chunks
            open = part.last
        }
        return close(at: range.upperBound) ? chunks : nil
    }
}
