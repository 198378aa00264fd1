import Glibc
import Platform

/// Processes that a process has, directly.
enum ChildProcesses {
    /// Children of all threads of this process, from `/proc/self/task/*/children`.
    static func ofThisProcess() -> [Int32] {
        let tasks = Path("/proc/self/task")
        var children: [Int32] = []
        for task in (try? tasks.names()) ?? [] {
            let text = (tasks / task / "children").kernelText() ?? []
            children += text.split(separator: 0x20).compactMap { decimal($0).flatMap { Int32(exactly: $0) } }
        }
        return children
    }

    /// Takes in the children that have ended.
    /// - Returns: how the one with this number ended, if it has.
    static func collect(_ wanted: pid_t) -> ProcessTermination? {
        var status: Int32 = 0, found: ProcessTermination?
        while case let pid = waitpid(-1, &status, WNOHANG), pid > 0 {
            if pid == wanted { found = ProcessTermination(status: status) }
        }
        return found
    }

    /// Ends the children of this process with the groups they lead, and then the orphans that this brings up, as long
    /// as there are any, for about a second.
    static func end() {
        for _ in 0..<100 {
            let children = ofThisProcess()
            if children.isEmpty { return }
            for child in children {
                kill(-child, SIGKILL)
                kill(child, SIGKILL)
            }
            while waitpid(-1, nil, WNOHANG) > 0 {}
            if !ofThisProcess().isEmpty { Clock.pauseThread(0.01) }
        }
    }
}
