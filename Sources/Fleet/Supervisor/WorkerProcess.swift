import Glibc

/// A worker as its supervisor knows it.
struct WorkerProcess {
    /// Why the supervisor ended it.
    enum Ending: Equatable {
        case timeout
        /// It had more memory than it may have.
        case memory
        /// The run is over; its file may be run by a resumed one.
        case runOver
    }

    var slot: Int
    var pid: Int32
    var ending: Ending?
    /// It was told to claim no more.
    var isDismissed = false
    /// The limit of the file at this position.
    var timeout: (position: Int, seconds: Double)?

    /// Where it is on the scoreboard.
    var place: Int { slot + 1 }

    /// Ends the worker and its process group.
    mutating func end(_ reason: Ending) {
        ending = ending ?? reason
        kill(-pid, SIGKILL)
    }
}

/// How a process ended.
package struct Death {
    package var status: Int32
    /// The most memory it had, in bytes.
    package var peak: Int
    /// Whether the kernel ended a process for want of memory at about that time.
    package var memoryWasShort: Bool

    package var signal: Int32
    package var exitCode: Int32

    package var words: String { signal != 0 ? "killed by \(Signals.name(signal))" : "left with exit code \(exitCode)" }

    /// Whether memory ended it, as far as that can be told: near its limit, or killed while the kernel was killing.
    /// - Parameters:
    ///   - virtualSize: its address space when it was last looked at, in bytes.
    ///   - base: how much of its address space it had without using it when it began, in bytes.
    package func isOutOfMemory(limit: Int?, virtualSize: Int, base: Int) -> Bool {
        guard signal != 0 else { return false }
        if signal == SIGKILL && memoryWasShort { return true }
        guard let limit else { return false }
        return max(peak + base, virtualSize) >= limit / 10 * 9
    }
}
