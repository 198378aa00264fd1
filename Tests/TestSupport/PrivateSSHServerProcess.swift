import FoundationEssentials
import Glibc

/// Starts a program for ``PrivateSSHServer``: no inherited descriptors but the ones named, default signals.
enum PrivateSSHServerProcess {
    private typealias ChangeFolder = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32

    /// glibc's extension that enters a folder first, hidden likewise.
    private static let changeFolder: ChangeFolder? = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: ChangeFolder.self) }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// glibc's extension that closes all higher descriptors; its module map hides it from Swift.
    private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }

    /// - Parameters:
    ///   - arguments: the program's absolute path and its arguments.
    ///   - lifeline: a descriptor that the child gets as number 3, or `nil`.
    ///   - further: descriptors that the child gets as numbers 3, 4 and so on, in the place of a lifeline; their own numbers are above those.
    ///   - output: the file that its standard output and error are appended to.
    ///   - errors: another file for its standard error.
    ///   - folder: where it starts; this process's working folder unless told.
    ///   - ownSession: whether it leaves the terminal's process group, so that Ctrl-C does not reach it.
    /// - Returns: the process id; the caller reaps it.
    static func spawn(_ arguments: [String], environment: [String: String], lifeline: Int32? = nil, further: [Int32] = [],
                      output: String = "/dev/null", errors: String? = nil, folder: String? = nil,
                      ownSession: Bool = false) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        if let folder { _ = changeFolder?(&actions, folder) }
        let given = lifeline.map { [$0] } ?? further
        for (index, descriptor) in given.enumerated() { posix_spawn_file_actions_adddup2(&actions, descriptor, 3 + Int32(index)) }
        _ = closeFrom?(&actions, 3 + Int32(given.count))

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (ownSession ? 0x80 /* POSIX_SPAWN_SETSID */ : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
        guard failure == 0 else { throw POSIXFailure(call: "posix_spawn \(arguments[0])", errno: failure) }
        return pid
    }

    /// Runs a program to its end; its output is part of the error.
    static func run(_ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
                    scratch: TemporaryFolder) throws {
        let output = scratch.file("output-\(UInt64.random(in: 0 ... .max))")
        defer { unlink(output) }
        let pid = try spawn(arguments, environment: environment, output: output)
        let status = wait(for: pid)
        guard status == 0 else {
            let said = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw PrivateSSHServerFailure("\(arguments.joined(separator: " ")) ended with status \(status): \(said)")
        }
    }

    /// Reaps `pid` and returns its wait status; -1 when it is not our child.
    @discardableResult
    static func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        return status
    }

    /// Whether the child has ended; if so it is reaped.
    static func hasEnded(_ pid: pid_t) -> Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) != 0
    }

    /// All descendants of `root` whose program is `name`, parents first.
    static func descendants(of root: pid_t, named name: String) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        var names: [pid_t: String] = [:]
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(entry), let line = try? String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8),
                  let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")") else { continue }
            let fields = line[line.index(after: close)...].split(separator: " ")
            guard fields.count > 1, let parent = pid_t(fields[1]) else { continue }
            children[parent, default: []].append(pid)
            names[pid] = String(line[line.index(after: open) ..< close])
        }
        var found: [pid_t] = []
        var open = children[root] ?? []
        while let pid = open.popLast() {
            if names[pid] == name { found.append(pid) }
            open += children[pid] ?? []
        }
        return found
    }
}

/// Why a private server could not be made or started.
public struct PrivateSSHServerFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
