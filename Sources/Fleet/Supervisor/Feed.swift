import Glibc

/// What a worker has published, in its order: the supervisor reads it on and copies it into the events. An entry is a
/// u64 of its length with the flag for `brief` in bit 32, for flaky in bit 33, and the outcome in bits 40 to 47, a u64 of the position, and
/// the record as one line of JSON with its newline.
struct FeedEntry: Sendable {
    var id: Int
    var outcome: Outcome
    /// Whether the line is the whole record; the result has the rest otherwise.
    var isWhole: Bool
    var isFlaky: Bool
    /// JSON of the brief record and a newline.
    var line: [UInt8]

    static let headSize = 16

    var bytes: [UInt8] {
        let outcome = UInt64(Tally.outcomeOrder.firstIndex(of: outcome) ?? 0)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FeedEntry.headSize + line.count)
        append(UInt64(line.count) | (isWhole ? 1 << 32 : 0) | (isFlaky ? 1 << 33 : 0) | outcome << 40, to: &bytes)
        append(UInt64(id), to: &bytes)
        return bytes + line
    }
}

/// Reads a feed on from where it was.
struct FeedReader {
    private let path: Path
    private var offset = 0

    init(_ path: Path) { self.path = path }

    /// Hands out whole entries that were added since, with the place of each line in the feed.
    mutating func read(_ body: (FeedEntry, _ offset: Int) throws(FleetError) -> Void) throws(FleetError) {
        guard let file = File(ifPossible: path, O_RDONLY) else {
            if errno == ENOENT { return }
            throw .system("open \(path.text)")
        }
        while true {
            let bytes = try file.read(1 << 20, at: offset)
            var at = 0
            while let entry = entry(bytes, at) {
                try body(entry, offset + at + FeedEntry.headSize)
                at += FeedEntry.headSize + entry.line.count
            }
            offset += at
            if at == 0 || bytes.count < 1 << 20 { return }
        }
    }

    private func entry(_ bytes: [UInt8], _ at: Int) -> FeedEntry? {
        guard at + FeedEntry.headSize <= bytes.count else { return nil }
        let (head, id) = bytes.withUnsafeBytes {
            (UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self)),
             UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)))
        }
        let length = Int(head & 0xFFFF_FFFF), outcome = Int(head >> 40 & 0xFF)
        let start = at + FeedEntry.headSize
        guard length > 0, start + length <= bytes.count, outcome < Tally.outcomeOrder.count, let id = Int(exactly: id) else { return nil }
        return FeedEntry(id: id, outcome: Tally.outcomeOrder[outcome], isWhole: head >> 32 & 1 == 1, isFlaky: head >> 33 & 1 == 1,
                         line: Array(bytes[start..<(start + length)]))
    }
}
