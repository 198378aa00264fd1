import Glibc

/// A shell command in a process group of its own, with pipes to its standard input and output where asked for. The
/// group is ended with the last reference.
final class ChildProcess {
    /// -1 when there is no pipe.
    private(set) var input: Int32 = -1
    private(set) var output: Int32 = -1
    private let pid: pid_t
    private var status: Int32?

    /// - Parameters:
    ///   - command: for `bash -c`.
    ///   - pipes: whether standard input and output are pipes; `/dev/null` where not. Standard error is this process's.
    init(command: [UInt8], input wantsInput: Bool = false, output wantsOutput: Bool = false,
         environment: [String: String] = [:]) throws(EngineFailure) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        var (toChild, fromChild): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            for descriptor in [toChild[0], fromChild[1]] where descriptor >= 0 { close(descriptor) }
        }
        pthread_mutex_lock(Self.starting)
        defer { pthread_mutex_unlock(Self.starting) }
        guard !wantsInput || Self.makePipe(&toChild), !wantsOutput || Self.makePipe(&fromChild) else {
            throw EngineFailure("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        Self.connect(&actions, toChild[0], 0, O_RDONLY)
        Self.connect(&actions, fromChild[1], 1, O_WRONLY)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var child: pid_t = 0
        let code = Self.withArguments(["bash", "-c"].map { Array($0.utf8) } + [command], environment) { arguments, variables in
            posix_spawnp(&child, "bash", &actions, &attributes, arguments, variables)
        }
        guard code == 0 else {
            for descriptor in [toChild[1], fromChild[0]] where descriptor >= 0 { close(descriptor) }
            throw EngineFailure("cannot start bash: \(String(cString: strerror(code)))")
        }
        pid = child
        input = toChild[1]
        output = fromChild[0]
    }

    deinit {
        closeInput()
        if output >= 0 { close(output) }
        guard status == nil else { return }
        kill(-pid, SIGKILL)
        _ = wait()
    }

    /// Held while a process is started: between the making of a pipe and its mark, another thread's child would
    /// inherit it.
    nonisolated(unsafe) private static let starting: UnsafeMutablePointer<pthread_mutex_t> = {
        let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        return lock
    }()

    private static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        return ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
    }

    private static func connect(_ actions: inout posix_spawn_file_actions_t, _ end: Int32, _ standard: Int32, _ mode: Int32) {
        if end >= 0 {
            posix_spawn_file_actions_adddup2(&actions, end, standard)
        } else {
            posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", mode, 0)
        }
    }

    private static func withArguments(_ words: [[UInt8]], _ extra: [String: String],
                                      _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32) -> Int32 {
        var arguments = words.map { word in
            (word + [0]).withUnsafeBufferPointer { $0.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { strdup($0) } } }
        } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = extra.map { strdup("\($0.key)=\($0.value)") }
        let own = variables.count
        var at = environ
        while let variable = at.pointee {
            variables.append(variable)
            at += 1
        }
        variables.append(nil)
        defer {
            for argument in arguments { free(argument) }
            for variable in variables[..<own] { free(variable) }
        }
        return arguments.withUnsafeMutableBufferPointer { arguments in
            variables.withUnsafeMutableBufferPointer { variables in
                guard let first = arguments.baseAddress, let second = variables.baseAddress else { return EINVAL }
                return body(first, second)
            }
        }
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Writes all of `bytes`; false when the process does not take them.
    func write(_ bytes: [UInt8]) -> Bool {
        // A pipe without a reader raises SIGPIPE, which is for others in this program to want or not.
        var (pipe, before) = (sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var done = 0
        while done < bytes.count {
            let wrote = retryingOnInterrupt { bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress?.advanced(by: done), $0.count - done) } }
            if wrote <= 0 {
                var none = timespec()
                _ = sigtimedwait(&pipe, nil, &none)
                return false
            }
            done += wrote
        }
        return true
    }

    /// What there is to read, up to 64 KB; empty at the end.
    func read() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, retryingOnInterrupt { Glibc.read(output, buffer.baseAddress, buffer.count) })
        }
    }

    /// Everything up to the end of output, of which no more than `limit` bytes are kept.
    func readAll(limit: Int) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = read()
            if bytes.isEmpty { return all }
            if all.count < limit { all += bytes.prefix(limit - all.count) }
        }
    }

    /// Waits for the end. 0 is success; above 0 is an exit code; below 0 is a signal.
    func wait() -> Int32 {
        if let status { return status }
        var raw: Int32 = 0
        _ = retryingOnInterrupt { waitpid(pid, &raw, 0) }
        let signal = raw & 0x7F
        let result = signal == 0 ? (raw >> 8) & 0xFF : -signal
        status = result
        return result
    }

    /// Waits up to `seconds` for the end by itself.
    func waitBriefly(seconds: Double) -> Bool {
        if status != nil { return true }
        let end = Self.time + seconds
        while Self.time < end {
            var raw: Int32 = 0
            if waitpid(pid, &raw, WNOHANG) == pid {
                status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F)
                return true
            }
            usleep(1000)
        }
        return false
    }

    private static var time: Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
