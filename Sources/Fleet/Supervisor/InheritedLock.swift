import Glibc

/// The workspace's lock in a supervisor: held as long as the process lives, and not by its workers.
enum InheritedLock {
    /// The variable with the number of the descriptor.
    static let variable = "SLT_LOCK_DESCRIPTOR"

    static func keep() {
        guard let text = getenv(variable), let descriptor = Int32(String(cString: text)), descriptor > 2 else { return }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unsetenv(variable)
    }
}
