import Fleet
import Glibc
import Subprocess
import SystemPackage
import Wire

/// Runs the build command of a prepare and hands its output on as it comes.
struct BuildCommand {
    let request: PrepareRequest
    let exchange: Exchange

    /// What a build that ignored the end of its session may still print.
    private static let lastWords = Duration.milliseconds(500)

    /// The build ends, with all the processes of its session's group, when the client goes away or the time is over.
    func run() async throws {
        let workspace = HostPath.expand(request.workspace)
        guard access(workspace, X_OK) == 0 else {
            throw WireFault(.request, "cannot build in \(workspace): \(String(cString: strerror(errno))); sync the sources first")
        }
        let pipe = try FileDescriptor.pipe()
        let output = DescriptorStream(reading: pipe.readEnd.rawValue, writing: open("/dev/null", O_WRONLY | O_CLOEXEC))
        _ = fcntl(pipe.readEnd.rawValue, F_SETFD, FD_CLOEXEC)
        _ = fcntl(pipe.writeEnd.rawValue, F_SETFD, FD_CLOEXEC)
        var variables = await LoginEnvironment.capture()
        variables.merge(request.environment) { $1 }
        let environment = variables
        let end = try await withThrowingTaskGroup(of: PrepareEnd?.self) { group in
            group.addTask {
                try await relay(output)
                return nil
            }
            group.addTask { try await execute(in: workspace, environment, output: pipe.writeEnd) }
            group.addTask {
                try await Task.sleep(for: .seconds(request.timeout))
                return .timedOut
            }
            group.addTask {
                // The client sends nothing; this ends with an error when it goes away or cancels.
                while try await exchange.receive() != nil {}
                try await Task.sleep(for: .seconds(1 << 30))
                return nil
            }
            return try await wait(&group)
        }
        await output.close()
        try await exchange.send(PrepareMessage.ended(end).bytes)
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

    private func relay(_ output: DescriptorStream) async throws {
        while true {
            let bytes = try await output.read(upTo: 64 << 10)
            if bytes.isEmpty { return }
            try await exchange.send(PrepareMessage.output(bytes).bytes)
        }
    }

    private func execute(in workspace: String, _ variables: [String: String], output: FileDescriptor) async throws -> PrepareEnd {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        let environment = Environment.custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", request.command], environment: environment,
            workingDirectory: FilePath(workspace), platformOptions: options, input: .none,
            output: .fileDescriptor(output, closeAfterSpawningProcess: true), error: .combinedWithOutput)
        switch result.terminationStatus {
        case .exited(let code): return .exited(code)
        case .signaled(let number): return .signaled(SignalName.of(number))
        }
    }
}

enum SignalName {
    static func of(_ number: Int32) -> String {
        let names: [Int32: String] = [SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT",
                                      SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGPIPE: "SIGPIPE", SIGTERM: "SIGTERM", SIGBUS: "SIGBUS"]
        return names[number] ?? "signal \(number)"
    }
}
