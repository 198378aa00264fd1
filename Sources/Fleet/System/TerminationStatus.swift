import Glibc
package import Platform

/// How a process ended, and what it had of memory.
package struct TerminationStatus: Sendable, Equatable {
    /// Of one that was no child of this process an exit code of -1.
    package let termination: ProcessTermination
    /// The most memory it had, in bytes.
    let peak: Int
    /// Whether the kernel ended a process for want of memory at about that time.
    var memoryWasShort = false

    /// 0 when it left by itself, with ``exitCode``.
    package var signal: Int32 { if case .signaled(let signal) = termination { signal } else { 0 } }
    /// -1 when a signal ended it.
    var exitCode: Int32 { if case .exited(let code) = termination { code } else { -1 } }

    init(_ termination: ProcessTermination, peak: Int = 0, memoryWasShort: Bool = false) {
        self.termination = termination
        self.peak = peak
        self.memoryWasShort = memoryWasShort
    }

    /// Waits for `pid` and reaps it.
    init(of pid: pid_t) {
        var status: Int32 = -1
        var usage = rusage()
        let isChild = retryingInterrupts { wait4(pid, &status, 0, &usage) } == pid
        self.init(isChild ? ProcessTermination(status: status) : .exited(-1), peak: usage.ru_maxrss * 1024)
    }

    /// For people: `killed by SIGKILL`, `left with exit code 1`.
    package var words: String {
        switch termination {
        case .signaled(let signal): "killed by \(SignalName.of(signal))"
        case .exited(let code): "left with exit code \(code)"
        }
    }
}
