import CFleet
package import Glibc
import Platform

/// A copy of this process that runs one function. Only for a process of one thread: locks that others hold would never
/// be let go of in the copy.
package enum ForkedProcess {
    /// - Parameter body: what the copy does; it ends with this process, at the latest.
    /// - Returns: its pid, or nil with `errno` set.
    package static func start(_ body: () -> Never) -> pid_t? {
        let parent = getpid()
        let pid = cfleet_fork()
        guard pid == 0 else { return pid > 0 ? pid : nil }
        _ = cfleet_signal_at_parents_death(SIGKILL)
        if getppid() != parent { _exit(1) }
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { Glibc.signal(signal, SIG_DFL) }
        dieOfFaults()
        _ = cfleet_adopt_orphans()
        body()
    }

    /// No more address space than this for this process and what it starts, in bytes; less where it has less already.
    /// - Returns: false with `errno` set when the system refuses.
    package static func limitMemory(_ bytes: Int) -> Bool {
        // A heap for each thread would take a large part of the address space and use none of it.
        cfleet_one_heap()
        let addressSpace = __rlimit_resource_t(9)
        var limit = rlimit()
        guard getrlimit(addressSpace, &limit) == 0 else { return false }
        limit.rlim_max = min(limit.rlim_max, UInt(bytes))
        limit.rlim_cur = limit.rlim_max
        return setrlimit(addressSpace, &limit) == 0
    }

    /// The language runtime's crash handler stops the other threads first, would wait for ever for one that blocks the
    /// signal it does that with, and says nothing that the parent does not know.
    package static func dieOfFaults() {
        for fault in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { Glibc.signal(fault, SIG_DFL) }
    }

    /// Ends this process, at once, when its parent ends.
    /// - Parameter parent: the pid that the parent had when it started this process.
    /// - Returns: false where it has ended already.
    package static func endWithParent(_ parent: pid_t) -> Bool {
        _ = cfleet_signal_at_parents_death(SIGKILL)
        return getppid() == parent
    }

    /// Processes that the caller starts leave their orphans to it.
    package static func adoptOrphans() { _ = cfleet_adopt_orphans() }

    /// Waits for `pid`, and says how it ended.
    /// - Parameter kills: how many processes the kernel had ended for want of memory when it was started.
    package static func wait(for pid: pid_t, killsBefore kills: UInt64) -> TerminationStatus {
        var status = TerminationStatus(of: pid)
        status.memoryWasShort = HostMemory.outOfMemoryKills() > kills
        return status
    }

    /// Ends the children of this process that are not in `kept`, with the groups they lead.
    package static func endChildren(except kept: Set<pid_t>) {
        for _ in 0..<100 {
            let others = ChildProcesses.ofThisProcess().filter { !kept.contains($0) }
            if others.isEmpty { return }
            for pid in others {
                kill(-pid, SIGKILL)
                kill(pid, SIGKILL)
            }
            let ended = others.count { waitpid($0, nil, WNOHANG) == $0 }
            if ended < others.count { Clock.pauseThread(0.005) }
        }
    }
}
