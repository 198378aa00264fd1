import CFleet
import Glibc

/// A folder as the kernel knows it, whatever path leads to it.
public struct FolderIdentity: Codable, Sendable, Hashable {
    /// `st_dev` of stat(2).
    public var device: UInt64
    /// `st_ino` of stat(2).
    public var inode: UInt64
    /// When it was made, in nanoseconds since 1970: a later folder may get the inode of one that was deleted. 0 where that is not known.
    public var born: Int64

    /// - Returns: `nil` with `errno` set where there is no such folder. A link is followed.
    public init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            return nil
        }
        device = UInt64(info.st_dev)
        inode = UInt64(info.st_ino)
        born = cfleet_birth(path)
    }

    /// Two folders that are there now are one.
    public func isSame(as other: FolderIdentity) -> Bool { device == other.device && inode == other.inode }

    /// What stays when the folder is renamed; `nil` where it could be mistaken for another one's.
    public var lasting: String? { born == 0 ? nil : "\(inode)-\(born)" }

    /// A name for files about the folder.
    var name: String { "\(device)-\(inode)-\(born)" }
}
