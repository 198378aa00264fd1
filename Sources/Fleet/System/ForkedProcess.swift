import CFleet
package import Glibc

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
        // The language runtime's crash handler would take seconds, and say nothing that the parent does not.
        for fault in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { Glibc.signal(fault, SIG_DFL) }
        _ = cfleet_adopt_orphans()
        body()
    }

    /// No more address space than this for this process and what it starts, in bytes.
    package static func limitMemory(_ bytes: Int) {
        // A heap for each thread would take a large part of the address space and use none of it.
        cfleet_one_heap()
        var limit = rlimit(rlim_cur: UInt(bytes), rlim_max: UInt(bytes))
        setrlimit(__rlimit_resource_t(9), &limit)
    }

    /// Processes that the caller starts leave their orphans to it.
    package static func adoptOrphans() { _ = cfleet_adopt_orphans() }

    /// Waits for `pid`, and says how it ended.
    /// - Parameter kills: how many processes the kernel had ended for want of memory when it was started.
    package static func wait(for pid: pid_t, killsBefore kills: UInt64) -> Death {
        var status: Int32 = 0
        var usage = rusage()
        retryingInterrupts { wait4(pid, &status, 0, &usage) }
        return Death(status: status, peak: usage.ru_maxrss * 1024, memoryWasShort: HostSampler.outOfMemoryKills() > kills,
                     signal: cfleet_signal_of(status), exitCode: cfleet_exit_code_of(status))
    }

    /// Ends the children of this process that are not in `kept`, with the groups they lead.
    package static func endChildren(except kept: Set<pid_t>) {
        for _ in 0..<100 {
            let others = Descendants.ofThisProcess().filter { !kept.contains($0) }
            if others.isEmpty { return }
            for pid in others {
                kill(-pid, SIGKILL)
                kill(pid, SIGKILL)
            }
            let ended = others.count { waitpid($0, nil, WNOHANG) == $0 }
            if ended < others.count { pauseThread(0.005) }
        }
    }
}
