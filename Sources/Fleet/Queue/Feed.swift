import Glibc
import Platform

/// What a worker has published, in its order: the supervisor reads it on and copies it into the events. An entry is a
/// u64 of its length with the flag for `brief` in bit 32, for flaky in bit 33, and ``Outcome/code`` in bits 40 to 47, a u64 of the position, and
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
        let outcome = UInt64(outcome.code)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FeedEntry.headSize + line.count)
        bytes.append(littleEndian: UInt64(line.count) | (isWhole ? 1 << 32 : 0) | (isFlaky ? 1 << 33 : 0) | outcome << 40)
        bytes.append(littleEndian: UInt64(id))
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
            while let entry = try entry(bytes, at) {
                try body(entry, offset + at + FeedEntry.headSize)
                at += FeedEntry.headSize + entry.line.count
            }
            offset += at
            if at == 0 || bytes.count < 1 << 20 { return }
        }
    }

    /// Cuts off what is no whole entry. For a feed that nobody writes now and that was read to its end.
    func cut() throws(FleetError) {
        guard let file = File(ifPossible: path, O_RDWR), try file.status().st_size > offset else { return }
        try file.truncate(to: offset)
    }

    private func entry(_ bytes: [UInt8], _ at: Int) throws(FleetError) -> FeedEntry? {
        guard at + FeedEntry.headSize <= bytes.count else { return nil }
        let head = bytes.littleEndian(at: at, as: UInt64.self), id = bytes.littleEndian(at: at + 8, as: UInt64.self)
        let length = Int(head & 0xFFFF_FFFF)
        let start = at + FeedEntry.headSize
        guard length > 0, start + length <= bytes.count else { return nil }
        guard let outcome = Outcome(code: Int(head >> 40 & 0xFF)), let id = Int(exactly: id) else {
            throw FleetError(.corrupt, "cannot read \(path.text): it has an entry that no worker of this release writes; resume the run")
        }
        return FeedEntry(id: id, outcome: outcome, isWhole: head >> 32 & 1 == 1, isFlaky: head >> 33 & 1 == 1,
                         line: Array(bytes[start..<(start + length)]))
    }
}
