import AgentProtocol
import ArgumentParser
import Glibc
import Platform
import Wire

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Serve slt-remote on standard input and output.", shouldDisplay: false)

    @Option(help: "The state folder: agents and runs. '~/' is the home folder.")
    var state: String

    @Option(help: "Digest of this program, as the client knows it.")
    var build = ""

    @Option(help: "Hand this connection to the agent with this token, and wait until it is finished.")
    var join: String?

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        if let shortage = SystemNeeds.shortage() {
            // Before the greeting the client takes in what is printed.
            print(shortage)
            throw ExitCode(EX_OSERR)
        }
        if let join { return try LaneConnection.join(token: join) }
        // Closed on exec: the fleet outlives this process, and would keep the connection open after it.
        let stream = DescriptorStream(reading: fcntl(0, F_DUPFD_CLOEXEC, 3), writing: fcntl(1, F_DUPFD_CLOEXEC, 3))
        // Whatever a library prints must not end up between the frames.
        dup2(2, 1)
        let agent = Agent(state: HostPath.expand(state), executable: OwnProgram.path, build: build)
        let hello = Hello(build: build, hostName: HostName.own, pid: getpid())
        // A client that goes away gives up its place in a queue.
        defer { agent.place.drop() }
        try await Conversation.answer(over: stream, as: hello) { try await agent.answer($0) }
    }
}

struct AwaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "await", abstract: "Wait for a workspace in the place of a client, then build and start its run.", shouldDisplay: false)

    @Option(help: "The state folder.")
    var state: String

    @Option(help: "Digest of this program, as the client knows it.")
    var build = ""

    /// What is to be started comes on standard input. Descriptor 3 holds the place in the queue as long as this process lives.
    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        _ = fcntl(3, F_SETFD, FD_CLOEXEC)
        var bytes: [UInt8] = []
        while let chunk = DescriptorIO.read(0, limit: 1 << 16), !chunk.isEmpty { bytes += chunk }
        let request = try WireCodec.decode(WaitingStart.self, from: bytes)
        await Agent(state: HostPath.expand(state), executable: OwnProgram.path, build: build).wait(for: request)
    }
}
