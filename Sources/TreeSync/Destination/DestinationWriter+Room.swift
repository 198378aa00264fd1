import Glibc
import Platform

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

    /// Runs `body`, and again where it found no room and deletions have made some. What is deleted may need a moment to go: a program
    /// that is just being started holds a copy of each open file, and some file systems free later.
    /// - Parameter bytes: how much is lacking once it found none.
    func withRoom<Result>(for bytes: @autoclosure () -> UInt64 = 0, _ body: () throws(Errno) -> Result) throws(Errno) -> Result {
        let wasUsedUp = room.isUsedUp
        do throws(Errno) {
            return try body()
        } catch {
            guard error.isWantOfRoom else { throw error }
            if wasUsedUp { return try retried(body, after: error) }
            // Of a quota nobody says what is left.
            let (free, wanted) = error.code == ENOSPC ? steady(bytes) : (0, bytes())
            guard makeRoom(for: wanted, free: free) else { throw error }
            return try retried(body, after: nil)
        }
    }

    /// - Parameter failure: of the last try; `nil` where the next one need not wait.
    private func retried<Result>(_ body: () throws(Errno) -> Result, after failure: Errno?) throws(Errno) -> Result {
        var failure = failure
        while true {
            if let reason = failure {
                guard reason.isWantOfRoom, room.mayGrow else { throw reason }
                Clock.pauseThread(0.01)
            }
            do throws(Errno) { return try body() } catch { failure = error }
        }
    }

    /// What the disk has left, and what is lacking at that time: other threads may be writing.
    private func steady(_ bytes: () -> UInt64) -> (free: UInt64, bytes: UInt64) {
        var free = freeBytes ?? 0
        for _ in 0..<100 {
            let (wanted, before) = (bytes(), free)
            free = freeBytes ?? 0
            if free == before { return (free, wanted) }
        }
        return (free, bytes())
    }

    /// What a file that is being written still needs, in bytes.
    /// - Parameter done: what is known to be in it; more may be there.
    func lacking(of size: UInt64, in descriptor: Int32, done: UInt64 = 0) -> UInt64 {
        var status = stat()
        let onDisk = fstat(descriptor, &status) == 0 ? UInt64(clamping: status.st_blocks) &* 512 : 0
        return size - min(size, max(done, onDisk))
    }
}

private extension Errno {
    var isWantOfRoom: Bool { code == ENOSPC || code == EDQUOT }
}
