import Glibc
import Platform

/// What tells without reading a file that it was not changed: where it is, its size and its times. Nobody can set the time of the last change to an
/// inode, so content that was changed has another stamp, unless that was within one tick of the clock.
struct FileStamp: Equatable {
    /// `device:inode:size:modified:changed`, times in nanoseconds.
    let text: String
    /// When the inode was last changed, in nanoseconds since 1970.
    let changed: Int

    /// More than a tick of the kernel's clock for files, in nanoseconds.
    static let tick = 20_000_000

    /// - Returns: nil for what is no regular file.
    init?(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        func nanoseconds(_ time: timespec) -> Int { Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec) }
        changed = nanoseconds(info.st_ctim)
        text = "\(info.st_dev):\(info.st_ino):\(info.st_size):\(nanoseconds(info.st_mtim)):\(changed)"
    }

    /// Whether a later change would have had another stamp at this time.
    func isSettled(at time: Int) -> Bool { changed < time - Self.tick }
}
