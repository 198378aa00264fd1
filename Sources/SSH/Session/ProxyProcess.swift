import Glibc

/// A ProxyCommand: a shell child whose standard input and output are one end of a socket pair.
///
/// Used on the session's thread only.
final class ProxyProcess: @unchecked Sendable {
    /// Our end; whoever takes it closes it.
    let descriptor: Int32
    private var pid: pid_t?

    init(command: String) throws(SSHError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw SSHError(.unreachable, "cannot start the proxy command: \(describe(errno))")
        }
        defer { close(ends[1]) }
        _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own, so that all of it can be ended and Ctrl-C does not reach it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        let words: [String] = ["/bin/sh", "-c", "exec " + command]
        let argv = words.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var child = pid_t()
        let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, argv, environ)
        guard code == 0 else {
            close(ends[0])
            throw SSHError(.unreachable, "cannot start the proxy command: \(describe(code))")
        }
        descriptor = ends[0]
        pid = child
    }

    /// Ends the child and reaps it.
    func end() {
        guard let child = pid else { return }
        pid = nil
        kill(-child, SIGTERM)
        var status: Int32 = 0
        for _ in 0 ..< 50 {
            if waitpid(child, &status, WNOHANG) != 0 { return }
            usleep(2000)
        }
        kill(-child, SIGKILL)
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
}
