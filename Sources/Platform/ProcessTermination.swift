import CPlatform
package import Glibc

/// How a process ended, as wait(2) says.
package enum ProcessTermination: Sendable, Equatable {
    case exited(Int32)
    case signaled(Int32)

    /// - Parameter status: of wait(2) for a process that has ended.
    package init(status: Int32) {
        let signal = cplatform_signal_of(status)
        self = signal != 0 ? .signaled(signal) : .exited(cplatform_exit_code_of(status))
    }

    /// Waits for the end of a child of this process.
    /// - Returns: `nil` where it is no child.
    package static func wait(for pid: pid_t) -> ProcessTermination? {
        var status: Int32 = 0
        return retryingInterrupts { waitpid(pid, &status, 0) } == pid ? ProcessTermination(status: status) : nil
    }

    /// Looks whether a child has ended, and reaps it then.
    /// - Returns: `nil` while it runs.
    package static func poll(_ pid: pid_t) -> ProcessTermination? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? ProcessTermination(status: status) : nil
    }
}
