import Glibc
import Platform

/// The right to run one file, for as long as its owner lives and keeps its heartbeat: a file that only its creator
/// writes, and that becomes the result.
final class Claim: Sendable {
    let id: Int
    /// The number in the claim's name; grows with each taking, also of claims that were given back.
    let generation: Int
    /// Which try of the file this is, from 1; tries that were given back do not count.
    let tryNumber: Int
    let path: Path
    /// Where the record goes, after the owner's line.
    private let recordOffset: Int
    let file: File

    init(id: Int, generation: Int, tryNumber: Int, path: Path, recordOffset: Int, file: File) {
        self.id = id
        self.generation = generation
        self.tryNumber = tryNumber
        self.path = path
        self.recordOffset = recordOffset
        self.file = file
    }

    /// Says that the owner lives: sets the file's mtime to its file system's now.
    func beat() { _ = futimens(file.descriptor, nil) }

    /// Gives the file back to the queue; this try does not count.
    func release() { try? file.write(ClaimOwner.free, at: 0) }

    func write(record: [UInt8]) throws(FleetError) { try file.write(record, at: recordOffset) }

    /// Brings what was written to the file system's server.
    func flush() throws(FleetError) { try file.sync() }

    /// Whether the file behind the claim is the one at `path`.
    func isSameFile(as path: Path) -> Bool {
        guard let own = try? file.status(), let other = path.status(followingLinks: false) else { return false }
        return own.isSameFile(as: other)
    }
}
