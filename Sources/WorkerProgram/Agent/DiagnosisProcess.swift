import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import Subprocess
import SystemPackage
import Wire

/// Takes a closer look at a file in a process of its own, which an engine may end, and hands on what it says.
struct DiagnosisProcess {
    let request: DiagnosisRequest
    let exchange: Exchange
    /// This program, which is started again.
    let executable: String

    /// Bytes of one answer.
    private static let longest = 4 << 20

    /// The process ends with the exchange.
    func run() async throws {
        var request = request
        request.workspace = HostPath.expand(request.workspace)
        guard access(request.workspace, X_OK) == 0 else {
            throw WireFault(.request, "cannot look into \(request.workspace): \(ErrorText.of()); sync the sources first")
        }
        let question = try Array(JSONEncoder().encode(request)) + [0x0A]
        let answers = try FileDescriptor.pipe(), input = try FileDescriptor.pipe()
        for end in [answers.readEnd, answers.writeEnd, input.readEnd, input.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        let output = DescriptorStream(reading: answers.readEnd.rawValue, writing: input.writeEnd.rawValue)
        let environment = await LoginEnvironment.capture(), folder = request.workspace
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await execute(in: folder, environment, input.readEnd, answers.writeEnd) }
            group.addTask {
                try await output.write(question)
                try await relay(output)
            }
            defer { group.cancelAll() }
            for try await _ in group {}
        }
        await output.close()
    }

    /// Answers are lines.
    private func relay(_ output: DescriptorStream) async throws {
        var pending: [UInt8] = []
        while true {
            let bytes = try await output.read(upTo: 256 << 10)
            if bytes.isEmpty { return }
            if pending.count > Self.longest { throw WireFault(.host, "the answer about \(request.file) is longer than \(Self.longest) bytes") }
            pending += bytes
            var rest = pending[...]
            while let end = rest.firstIndex(of: 0x0A) {
                try await exchange.send(Array(rest[..<end]))
                rest = rest[(end + 1)...]
            }
            pending = Array(rest)
        }
    }

    private func execute(in folder: String, _ variables: [String: String], _ input: FileDescriptor, _ output: FileDescriptor) async throws {
        var options = PlatformOptions()
        options.createSession = true
        // It ends its tries and removes their folders first.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        let environment = Environment.custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
        let result = try await Subprocess.run(
            .path(FilePath(executable)), arguments: ["diagnose"], environment: environment, workingDirectory: FilePath(folder), platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true), output: .fileDescriptor(output, closeAfterSpawningProcess: true), error: .discarded)
        if case .signaled(let number) = result.terminationStatus {
            throw WireFault(.host, "the process that looked at \(request.file) was ended by \(SignalName.of(number))")
        }
    }
}
