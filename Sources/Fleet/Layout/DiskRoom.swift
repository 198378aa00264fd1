import Glibc

/// Whether a file system takes anything more.
enum DiskRoom {
    /// Whether the file system of a run is out of blocks or of inodes, or nearly.
    static func isShort(_ layout: RunLayout) -> Bool {
        var room = statvfs()
        guard layout.root.withCString({ statvfs($0, &room) }) == 0 else { return false }
        // File systems that make inodes as they need them say 0 of 0.
        return UInt(room.f_bavail) * UInt(room.f_frsize) < 64 << 10 || (room.f_files > 0 && room.f_favail < 4)
    }
}
