import ArgumentParser
import Glibc
import Wire

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Answer slt-remote on standard input and output.", shouldDisplay: false)

    @Option(help: "The folder of agents and runs; '~/' is the home folder.")
    var state: String

    @Option(help: "What the client calls this build.")
    var build = ""

    @Option(help: "Hand this connection to the agent that waits for this token, and stay until it is done with it.")
    var join: String?

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        if let join { return try LaneGuest.join(token: join) }
        // Closed on exec: the fleet outlives this process, and would keep the connection open after it.
        let stream = DescriptorStream(reading: fcntl(0, F_DUPFD_CLOEXEC, 3), writing: fcntl(1, F_DUPFD_CLOEXEC, 3))
        // Whatever a library prints must not end up between the frames.
        dup2(2, 1)
        let agent = Agent(state: HostPath.expand(state), executable: OwnProgram.path, build: build)
        let hello = Hello(build: build, hostName: HostName.own, pid: getpid())
        try await Conversation.answer(over: stream, as: hello) { try await agent.answer($0) }
    }
}

enum HostName {
    static var own: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
