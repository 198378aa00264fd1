import Glibc
import Platform
import TestSupport

struct ProgramFailure: Error {
    let command: String
    let termination: ProcessTermination?
}

/// Runs a program to its end without its output; throws unless its status is 0.
func run(_ command: [String]) throws {
    let termination = try runToEnd(command)
    guard termination == .exited(0) else { throw ProgramFailure(command: command.joined(separator: " "), termination: termination) }
}

/// Runs a program to its end without its output.
func runToEnd(_ command: [String]) throws -> ProcessTermination? { ProcessTermination.wait(for: try start(command)) }

/// Starts a program whose output nobody reads.
func start(_ command: [String]) throws -> pid_t {
    try ChildProcess(command, group: .own, descriptors: [(0, .null), (1, .null), (2, .null)]).start()
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
        // The socket is there a moment before it is listened to. 1: it has no keys; 2: nobody answers.
        let list = ["/usr/bin/env", "SSH_AUTH_SOCK=\(socket)", "ssh-add", "-l"]
        guard try await eventually({ try runToEnd(list) == .exited(1) }) else { throw ProgramFailure(command: "ssh-agent", termination: nil) }
    }

    func add(_ keyFile: String) throws {
        try run(["/usr/bin/env", "SSH_AUTH_SOCK=\(socket)", "ssh-add", "-q", keyFile])
    }

    deinit {
        kill(pid, SIGKILL)
        _ = ProcessTermination.wait(for: pid)
    }
}
