import Glibc

extension DestinationWriter {
    /// What the disk has left for us.
    var freeBytes: UInt64? {
        var status = statvfs()
        guard fstatvfs(root.descriptor, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) &* UInt64(status.f_frsize)
    }

    /// What goes with this name.
    private func bytesOnDisk(_ path: TreePath) -> UInt64 {
        guard let status = identity(path), status.st_nlink == 1 else { return 0 }
        return UInt64(clamping: status.st_blocks) &* 512
    }

    /// Deletes what may go, unless that is done.
    /// - Returns: whether there may be room now.
    func makeRoom(for bytes: UInt64, free: UInt64) -> Bool {
        room.make(for: bytes, free: free, gain: { bytesOnDisk($0) }, delete: { deletion throws(Errno) in try delete(deletion) })
    }

    /// Runs `body`, and once more where it found no room and deletions have made some.
    /// - Parameter bytes: how much it needs.
    func withRoom<Result>(for bytes: UInt64 = 0, _ body: () throws(Errno) -> Result) throws(Errno) -> Result {
        let wasUsedUp = room.isUsedUp
        do throws(Errno) {
            return try body()
        } catch {
            // Of a quota nobody says what is left.
            let free = error.code == ENOSPC ? freeBytes ?? 0 : 0
            guard [ENOSPC, EDQUOT].contains(error.code), !wasUsedUp, makeRoom(for: bytes, free: free) else { throw error }
        }
        return try body()
    }
}
