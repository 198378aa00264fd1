import FoundationEssentials
import Glibc
import TestSupport

struct ProgramFailure: Error {
    let command: String
    let status: Int32
}

/// Runs a program to its end without its output; throws unless its status is 0.
func run(_ command: [String]) throws {
    let pid = try start(command)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else { throw ProgramFailure(command: command.joined(separator: " "), status: status) }
}

/// Starts a program whose output nobody reads.
func start(_ command: [String]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [0, 1, 2] as [Int32] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) }
    let argv = command.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var pid = pid_t()
    let code = posix_spawn(&pid, command[0], &actions, nil, argv, environ)
    guard code == 0 else { throw POSIXFailure(call: "posix_spawn \(command[0])", errno: code) }
    return pid
}

/// A real ssh-agent with a socket of its own; ends with its last reference.
final class PrivateAgent {
    let socket: String
    private let pid: pid_t
    private let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        socket = folder.file("agent")
        pid = try start(["/usr/bin/ssh-agent", "-D", "-a", socket])
        let path = socket
        guard try await eventually({ access(path, F_OK) == 0 }) else { throw ProgramFailure(command: "ssh-agent", status: -1) }
    }

    func add(_ keyFile: String) throws {
        try run(["/usr/bin/env", "SSH_AUTH_SOCK=\(socket)", "ssh-add", "-q", keyFile])
    }

    deinit {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }
}
