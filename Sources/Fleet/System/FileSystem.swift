import CFleet

/// What lies below a path.
enum FileSystem {
    /// Magic numbers of those that one machine has alone (statfs(2)): ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS, ZFS.
    private static let local: Set<Int> = [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0xF2F5_2010, 0x2FC1_2FC1]

    /// Whether it is none that is known to be of one machine.
    static func isOfNetwork(_ path: Path) -> Bool { !local.contains(path.withCString { cfleet_file_system($0) }) }
}
