import CFleet
import Glibc
import Platform

/// A process between the agent and a build command, which ends all that the build has started, in whatever group, session or
/// environment: its orphans come to this process. It ends it when the build fails, when it is told to, and when the agent is gone,
/// which it learns from the end of its standard input, so that even an agent that was killed leaves nothing behind.
///
/// What a build that succeeded has left running stays: a server for the tests.
public enum BuildGuard {
    /// Seconds that processes have after SIGTERM.
    private static let grace = 1.0

    /// Runs `command` under `/bin/sh` in the working directory, and ends as it ended. Blocks the calling thread.
    public static func main(command: String) -> Int32 {
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGCHLD]
        Signals.block(signals)
        _ = cfleet_adopt_orphans()
        let shell: pid_t
        do {
            shell = try ChildProcess(["/bin/sh", "-c", command], group: .newSession,
                                     descriptors: [(0, .null), (1, .descriptor(1)), (2, .descriptor(2))]).start()
        } catch {
            print(error: "cannot start /bin/sh: \(error.text)")
            return 126
        }
        var end: ProcessTermination?
        while end == nil {
            end = ChildProcesses.collect(shell)
            if end != nil || agentIsGone() { break }
            if let signal = Signals.wait(for: signals, seconds: 0.1), signal != SIGCHLD { break }
        }
        if end == .exited(0) { return 0 }
        endAll()
        switch end {
        case .exited(let code): return code
        case .signaled(let signal): return dieOf(signal)
        case nil: return 143
        }
    }

    private static func agentIsGone() -> Bool {
        guard DescriptorIO.isReadable(0) else { return false }
        var byte: UInt8 = 0
        return read(0, &byte, 1) <= 0
    }

    private static func endAll() {
        for pid in ProcessTree.members(below: getpid()) {
            kill(pid, SIGTERM)
            // One that is stopped would not hear of it.
            kill(pid, SIGCONT)
        }
        let start = Clock.monotonic
        while Clock.seconds(since: start) < grace {
            while waitpid(-1, nil, WNOHANG) > 0 {}
            if ChildProcesses.ofThisProcess().isEmpty { return }
            Clock.pauseThread(0.01)
        }
        ChildProcesses.end()
    }

    /// Ends as the shell did, so that the agent sees the signal.
    private static func dieOf(_ number: Int32) -> Int32 {
        ResourceLimit.lower(.coreBytes, to: 0)
        signal(number, SIG_DFL)
        var set = Signals.set([number])
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        return 128 + number
    }
}
