import CFleet
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
    /// What holds it to its memory, and how many processes the kernel had ended there when it was started.
    var group: ControlGroup?
    var killsBefore: UInt64 = 0
    /// Where its words begin in the log of its slot, in bytes.
    var logStart = 0
    var ending: Ending?
    /// It was told to claim no more.
    var isDismissed = false
    /// The limit of the file at this position.
    var timeout: (position: Int, seconds: Double)?

    /// Where it is on the scoreboard.
    var place: Int { slot + 1 }

    /// Ends the worker and all that it started.
    mutating func end(_ reason: Ending) {
        ending = ending ?? reason
        kill(-pid, SIGKILL)
        group?.end()
    }
}

/// How a process ended.
package struct Death {
    /// The most memory it had, in bytes.
    let peak: Int
    /// Whether the kernel ended a process for want of memory at about that time.
    var memoryWasShort = false

    /// 0 when it left by itself, with `exitCode`.
    package let signal: Int32
    let exitCode: Int32

    /// Waits for `pid`. Of one that is no child of this process the exit code is -1.
    init(of pid: pid_t) {
        var status: Int32 = -1
        var usage = rusage()
        retryingInterrupts { wait4(pid, &status, 0, &usage) }
        peak = usage.ru_maxrss * 1024
        signal = cfleet_signal_of(status)
        exitCode = cfleet_exit_code_of(status)
    }

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
