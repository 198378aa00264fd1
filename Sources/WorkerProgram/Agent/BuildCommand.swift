import AgentProtocol
import Fleet
import Glibc
import Platform
import Subprocess
import SystemPackage
import Wire

/// Runs the build command of a prepare and hands its output on as it comes.
struct BuildCommand {
    let request: PrepareRequest
    /// With the client who looks on; nil where nobody does.
    let exchange: Exchange?
    /// This program, which is started again between the agent and the build.
    let executable: String
    let log: BuildLogFile
    /// What is kept out of the output besides the build's own variables.
    let engine: EngineSecrets
    let login: HeldLogin

    /// What a build that ignored the end of its session may still print.
    private static let lastWords = Duration.milliseconds(500)

    /// The build ends, with all the processes that it started, when it fails, the client goes away or the time is over.
    /// What a build that succeeded left running stays.
    func run() async throws -> PrepareEnd {
        let workspace = HostPath.expand(request.workspace)
        guard access(workspace, X_OK) == 0 else {
            throw WireFault(.request, "cannot build in \(workspace): \(ErrorText.of()); sync the sources first")
        }
        let pipe = try FileDescriptor.pipe()
        let output = DescriptorStream(reading: pipe.readEnd.rawValue, writing: open("/dev/null", O_WRONLY | O_CLOEXEC))
        _ = fcntl(pipe.readEnd.rawValue, F_SETFD, FD_CLOEXEC)
        _ = fcntl(pipe.writeEnd.rawValue, F_SETFD, FD_CLOEXEC)
        var variables = await login.captured()
        variables.merge(request.environment) { $1 }
        let environment = variables
        let printed = BuildOutput(RedactedStream(redaction))
        let end = try await withThrowingTaskGroup(of: PrepareEnd?.self) { group in
            group.addTask {
                try await relay(output, printed)
                return nil
            }
            group.addTask { try await execute(in: workspace, environment, output: pipe.writeEnd) }
            group.addTask {
                try await Task.sleep(for: .seconds(request.timeout))
                return .timedOut
            }
            group.addTask {
                // The client sends nothing; this ends with an error when it goes away or cancels.
                while try await exchange?.receive() != nil {}
                try await Task.sleep(for: .seconds(1 << 30))
                return nil
            }
            return try await wait(&group)
        }
        await output.close()
        try await pass(on: printed.finish())
        return end
    }

    /// The command's end counts; its output may be held open by a process it left behind.
    private func wait(_ group: inout ThrowingTaskGroup<PrepareEnd?, any Error>) async throws -> PrepareEnd {
        defer { group.cancelAll() }
        var isRelayed = false
        while let next = try await group.next() {
            guard let end = next else {
                isRelayed = true
                continue
            }
            if !isRelayed, end != .timedOut {
                group.addTask {
                    try await Task.sleep(for: Self.lastWords)
                    return .exited(0)
                }
                _ = try await group.next()
            }
            return end
        }
        throw WireFault(.host, "the build ended without saying how")
    }

    /// Builds print their environment, and the commands that they run.
    private var redaction: Redaction {
        Redaction(Redaction.secrets(environment: request.environment, command: [request.command])
            + Redaction.secrets(environment: engine.environment, connection: engine.connection, command: engine.command ?? []))
    }

    private func relay(_ output: DescriptorStream, _ printed: BuildOutput) async throws {
        while true {
            let bytes = try await output.read(upTo: 64 << 10)
            if bytes.isEmpty { return }
            try await pass(on: printed.add(bytes))
        }
    }

    private func pass(on bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        log.add(bytes)
        try await exchange?.send(PrepareMessage.output(UntrustedText(bytes)).bytes)
    }

    private func execute(in workspace: String, _ variables: [String: String], output: FileDescriptor) async throws -> PrepareEnd {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        // Its end, which also comes when this process is killed, tells the guard that there is no agent.
        let leash = try Leash()
        defer { leash.end() }
        let environment = Environment.custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
        let result = try await Subprocess.run(
            .path(FilePath(executable)), arguments: ["build", "--", request.command], environment: environment,
            workingDirectory: FilePath(workspace), platformOptions: options, input: .fileDescriptor(leash.guardsEnd, closeAfterSpawningProcess: true),
            output: .fileDescriptor(output, closeAfterSpawningProcess: true), error: .combinedWithOutput)
        switch result.terminationStatus {
        case .exited(let code): return .exited(code)
        case .signaled(let number): return .signaled(SignalName.of(number))
        }
    }
}

/// A connection on which nothing is said: it ends with the process that holds this end.
private struct Leash {
    let guardsEnd: FileDescriptor
    private let own: Int32

    init() throws(WireFault) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw WireFault(.host, "cannot start the build: \(ErrorText.of()); raise the limit of open files (ulimit -n)", isRetryable: true)
        }
        own = ends[0]
        guardsEnd = FileDescriptor(rawValue: ends[1])
    }

    func end() { close(own) }
}
