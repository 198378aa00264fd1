import Glibc
import Platform

/// The next position nobody has claimed: a u64 in a file, advanced under a lock on its first byte. The claim of a
/// position is created under the same lock and before the advance, so a claimer that dies in between leaves a claim
/// at the cursor, never a position without a claim.
///
/// A second u64, which may be missing or 0, is where the queue ends since its last positions were given back.
final class Cursor: Sendable {
    private let file: File

    init(_ path: Path) throws(FleetError) { file = try File(path, O_RDWR) }

    static func create(_ path: Path) throws(FleetError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(0))
        try File(path, O_WRONLY | O_CREAT | O_EXCL).write(bytes)
    }

    static func position(_ path: Path) throws(FleetError) -> Int {
        Int(clamping: try File(path, O_RDONLY).read(8, at: 0).word(0))
    }

    /// Where the queue ends that would end at `end`: before that where positions were given back.
    static func end(_ path: Path, below end: Int) throws(FleetError) -> Int { try Cursor.end(File(path, O_RDONLY), below: end) }

    private static func end(_ file: File, below end: Int) throws(FleetError) -> Int {
        let bytes = try file.read(8, at: 8)
        guard bytes.count == 8, bytes.word(0) > 0 else { return end }
        return min(end, Int(clamping: bytes.word(0)))
    }

    var position: Int { get throws(FleetError) { Int(clamping: try file.read(8, at: 0).word(0)) } }

    /// Hands positions below `end` to `claim` until it takes one. A position it refuses has an owner already.
    /// - Returns: what was claimed, or `nil` when the queue is empty.
    func advance<Claim>(below end: Int, _ claim: (Int) throws(FleetError) -> Claim?) throws(FleetError) -> Claim? {
        // Once the end is reached nobody goes back, so this needs no lock.
        if try position >= end { return nil }
        try file.lock()
        defer { file.unlock() }
        var next = try position
        let end = try Cursor.end(file, below: end)
        while next < end {
            let claimed = try claim(next)
            next += 1
            if let claimed {
                try write(next)
                return claimed
            }
        }
        try write(next)
        return nil
    }

    /// Gives positions at the end of the queue back, which nobody claims from then on.
    /// - Parameters:
    ///   - count: the most.
    ///   - end: where the queue ends if nothing was given back so far.
    /// - Returns: the positions; none where all are claimed.
    func giveBack(_ count: Int, below end: Int) throws(FleetError) -> Range<Int> {
        try file.lock()
        defer { file.unlock() }
        let end = try Cursor.end(file, below: end), first = max(try position, end - max(0, count), 1)
        guard first < end else { return end..<end }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(first))
        try file.write(bytes, at: 8)
        return first..<end
    }

    private func write(_ position: Int) throws(FleetError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(position))
        try file.write(bytes, at: 0)
    }
}
