import Glibc
import Platform

/// Keeps a rebuild from replacing the database while somebody has it open: whoever opens it shares the lock, whoever replaces it has it alone.
/// The writers of an open database are told apart by SQLite itself.
final class HistoryLock {
    private let descriptor: Int32

    /// - Parameter patience: seconds.
    /// - Returns: `nil` when others had it all the time. Where no lock can be made, as on a read-only disk, nobody replaces anything.
    init?(_ path: String, alone: Bool, patience: Double) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let clock = ContinuousClock(), end = clock.now + .seconds(patience)
        while flock(descriptor, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 {
            // What is given up here is closed by `deinit`, which runs also where an initialiser fails.
            guard errno == EWOULDBLOCK || errno == EINTR, clock.now < end else { return nil }
            usleep(20_000)
        }
    }

    deinit { if descriptor >= 0 { DescriptorIO.closeUnlocking(descriptor) } }
}
