import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import Wire

/// The agent as a child of this process: the host named `local`.
struct LocalAgent {
    let host: Host

    func run<Result: Sendable>(_ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw RemoteError(.host, "cannot start the agent: \(String(cString: strerror(errno)))")
        }
        let stream = DescriptorStream(reading: ends[0], writing: ends[0])
        let theirs = FileDescriptor(rawValue: ends[1])
        let worker = host.worker, state = host.settings.state
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await start(worker, state, theirs)
                await stream.close()
                return nil
            }
            group.addTask {
                let hello = Hello.own(build: worker.digest)
                let result = try await Conversation.ask(over: stream, as: hello) { try await body(AgentClient(conversation: $0)) }
                await stream.close()
                return result
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let result = next { return result }
            }
            throw RemoteError(.host, "the agent ended before it answered")
        }
    }

    private func start(_ worker: WorkerBinary, _ state: String, _ socket: FileDescriptor) async throws {
        do {
            _ = try await Subprocess.run(
                .path(FilePath(worker.path)), arguments: ["agent", "--state", state, "--build", worker.digest],
                input: .fileDescriptor(socket, closeAfterSpawningProcess: false),
                output: .fileDescriptor(socket, closeAfterSpawningProcess: true), error: .discarded)
        } catch let error as SubprocessError {
            throw RemoteError(.worker, "cannot start \(worker.path): \(error)")
        }
    }
}

extension Hello {
    /// This process.
    static func own(build: String) -> Hello { Hello(build: build, hostName: ProcessInfo.processInfo.hostName, pid: getpid()) }
}
