import Glibc
import Platform

/// The next position nobody has claimed: a u64 in a file, advanced under a lock on its first byte. The claim of a
/// position is created under the same lock and before the advance, so a claimer that dies in between leaves a claim
/// at the cursor, never a position without a claim.
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

    var position: Int { get throws(FleetError) { Int(clamping: try file.read(8, at: 0).word(0)) } }

    /// Hands positions below `end` to `claim` until it takes one. A position it refuses has an owner already.
    /// - Returns: what was claimed, or `nil` when the queue is empty.
    func advance<Claim>(below end: Int, _ claim: (Int) throws(FleetError) -> Claim?) throws(FleetError) -> Claim? {
        // Once the end is reached nobody goes back, so this needs no lock.
        if try position >= end { return nil }
        try file.lock()
        defer { file.unlock() }
        var next = try position
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

    private func write(_ position: Int) throws(FleetError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(position))
        try file.write(bytes, at: 0)
    }
}
