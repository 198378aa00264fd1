import ArgumentParser
import Fleet
import RemoteKit

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the supervisor or a worker of a run wrote.",
        discussion: "Bytes come as they were written, except that a terminal gets no control characters.")

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("A worker's slot, from 0; without one it is the supervisor's log.", valueName: "k"))
    var worker: Int?

    @Flag(name: .shortAndLong, help: "Go on as the log grows, until the run ends.")
    var follow = false

    @Option(help: ArgumentHelp("At most so much of what is there already.", valueName: "bytes"))
    var tail = 1 << 20

    @Argument(help: "The run; without one the live run, else the latest.")
    var run: String?

    func validate() throws {
        if let worker, worker < 0 { throw ValidationError("--worker must be 0 or more") }
        if tail < 0 { throw ValidationError("--tail must be 0 or more") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let request = LogRequest(run: run, worker: worker, follow: follow, tail: tail)
        try await Interruption.watching {
            try await host.withAgent { agent in
                guard Terminal.shared.outputIsTerminal else {
                    return try await agent.logs(request) { Terminal.shared.output($0) }
                }
                let lines = SafeLines { Terminal.shared.output($0 + "\n") }
                try await agent.logs(request) { lines.add($0) }
                lines.finish()
            }
        }
    }
}
