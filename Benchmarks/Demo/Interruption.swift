import Glibc
import Synchronization

/// Ctrl-C and other polite signals: the command that runs is told, and no other one is started.
enum Interruption {
    private static let received = Atomic<Bool>(false)
    private static let child = Atomic<Int32>(0)

    static var happened: Bool { received.load(ordering: .sequentiallyConsistent) }

    static func watch() {
        // Touched here, since a handler must not be the first to do it.
        guard !happened, child.load(ordering: .sequentiallyConsistent) == 0 else { return }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in
                Interruption.received.store(true, ordering: .sequentiallyConsistent)
                let pid = Interruption.child.load(ordering: .sequentiallyConsistent)
                if pid > 0 { kill(pid, SIGINT) }
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the end of a child.
    /// - Returns: its exit code; 128 and the number of the signal that killed it.
    static func wait(for pid: pid_t) -> Int32 {
        child.store(pid, ordering: .sequentiallyConsistent)
        defer { child.store(0, ordering: .sequentiallyConsistent) }
        if happened { kill(pid, SIGINT) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
