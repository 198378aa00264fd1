import CFleet
package import Glibc
package import Platform

/// A process between this one and a command, which ends all that the command has started, in whatever group or session: its orphans come to this
/// process. It ends it when the command has ended, when its time is over, when it is told to, and when this process is gone.
package enum CommandGuard {
    /// Its exit code when the time was over, and when the command could not be started, as those of timeout(1) and of shells.
    package static let late: Int32 = 124, notStarted: Int32 = 126

    /// Starts it. Only for a process of one thread.
    /// - Parameters:
    ///   - command: in a group or session of its own.
    ///   - seconds: that it may take.
    ///   - leash: a descriptor that is open in the other process until that ends.
    /// - Returns: its pid, or nil with `errno` set. It ends with the command's exit code, or 128 and the number of the signal that ended it.
    package static func start(_ command: ChildProcess, seconds: Double, closing leash: Int32) -> pid_t? {
        let parent = getpid()
        return ForkedProcess.start {
            let signals = [SIGTERM, SIGINT, SIGHUP, SIGCHLD]
            Signals.block(signals)
            // Gently: what it has started must end with it.
            _ = cfleet_signal_at_parents_death(SIGTERM)
            close(leash)
            _ = cfleet_adopt_orphans()
            _exit(getppid() == parent ? run(command, seconds, signals) : 1)
        }
    }

    private static func run(_ command: ChildProcess, _ seconds: Double, _ signals: [Int32]) -> Int32 {
        let began = Clock.monotonic
        guard let pid = try? command.start() else { return notStarted }
        defer { ChildProcesses.end() }
        while true {
            switch ChildProcesses.collect(pid) {
            case .exited(let code)?: return code
            case .signaled(let number)?: return 128 + number
            case nil: break
            }
            let left = seconds - Clock.seconds(since: began)
            if left <= 0 { return late }
            if let signal = Signals.wait(for: signals, seconds: min(left, 3600)), signal != SIGCHLD { return 128 + signal }
        }
    }
}
