import FoundationEssentials
import Glibc
import TestSupport

/// A file system of a fixed size in memory, mounted by root.
final class SmallDisk {
    let folder: TemporaryFolder
    var path: String { folder.file("disk") }

    /// - Parameter size: as tmpfs takes it, as `2m`.
    init(_ size: String) throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size),mode=700") == 0 else { throw POSIXFailure(call: "mount tmpfs", errno: errno) }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Takes all that is left but `kept` bytes.
    func fill(leaving kept: Int = 0) throws {
        let descriptor = open(path + "/filling", O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw POSIXFailure(call: "open filling", errno: errno) }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4096)
        var size = 0
        while case let wrote = write(descriptor, block, block.count), wrote > 0 { size += wrote }
        guard ftruncate(descriptor, off_t(max(0, size - kept))) == 0 else { throw POSIXFailure(call: "ftruncate", errno: errno) }
    }

    func empty() { unlink(path + "/filling") }

    /// Whether this machine lets tests mount; as a normal user it does not.
    static let isPossible: Bool = {
        guard getuid() == 0 else { return false }
        guard let disk = try? SmallDisk("64k") else { return false }
        return withExtendedLifetime(disk) { true }
    }()
}
