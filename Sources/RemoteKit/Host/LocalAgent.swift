import AgentProtocol
import Glibc
import Platform
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
            throw RemoteError(.connection, "cannot start the agent: \(ErrorText.of()); raise the limit of open files (ulimit -n) "
                + "to \(SystemNeeds.descriptors) or more", isRetryable: true)
        }
        let stream = DescriptorStream(reading: ends[0], writing: ends[0])
        let theirs = FileDescriptor(rawValue: ends[1])
        let worker = host.worker, state = host.settings.state
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                // A task of its own: the agent ends by itself, and in order, when the stream is closed.
                try await Task { try await start(worker, state, theirs) }.value
                await stream.close()
                return nil
            }
            group.addTask {
                let hello = Hello.own(build: worker.digest)
                do {
                    let result = try await AgentConversation.begin(over: stream, as: hello, waiting: host.waiting) { try await body(AgentClient(conversation: $0, waiting: host.waiting)) }
                    await stream.close()
                    return result
                } catch {
                    await stream.close()
                    throw error
                }
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let result = next { return result }
            }
            throw RemoteError(.host, "the agent ended before it answered")
        }
    }

    private func start(_ worker: WorkerBinary, _ state: String, _ socket: FileDescriptor) async throws {
        // Out of reach of the terminal's Ctrl-C, which this process handles for both.
        var options = PlatformOptions()
        options.createSession = true
        do {
            _ = try await Subprocess.run(
                .path(FilePath(worker.path)), arguments: ["agent", "--state", state, "--build", worker.digest], platformOptions: options,
                input: .fileDescriptor(socket, closeAfterSpawningProcess: false),
                output: .fileDescriptor(socket, closeAfterSpawningProcess: true), error: .discarded)
        } catch let error as SubprocessError {
            throw RemoteError(.worker, "cannot start \(worker.path): \(error)")
        }
    }
}

extension Hello {
    /// This process.
    static func own(build: String) -> Hello { Hello(build: build, hostName: HostName.own, pid: getpid()) }
}
