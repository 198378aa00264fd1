import AgentProtocol
import ArgumentParser
import Fleet
import RemoteKit

struct Logs: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the log of a run's supervisor or of one of its workers.",
        discussion: "On a terminal, control characters are made visible. Otherwise the bytes are printed as they are.")

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Show the log of the worker in this slot, counted from 0. Default: the supervisor's log.", valueName: "k"))
    var worker: Int?

    @Flag(name: .shortAndLong, help: "Follow the log until the run ends.")
    var follow = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Print at most this many bytes of the existing log.", valueName: "bytes"))
    var tail = 1 << 20

    @OptionGroup var which: RunArgument

    func validate() throws {
        if let worker, worker < 0 { throw ValidationError("--worker must be 0 or more") }
        if tail < 0 { throw ValidationError("--tail must be 0 or more") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let request = LogRequest(run: which.choice(on: host), worker: worker, follow: follow, tail: tail)
        try await Interruption.watching {
            try await host.withAgent { agent in
                guard Terminal.shared.outputIsTerminal else {
                    return try await agent.logs(request) { Terminal.shared.output(data: $0.bytes) }
                }
                let lines = UntrustedLines { Terminal.shared.output($0 + "\n") }
                try await agent.logs(request) { lines.add($0) }
                lines.finish()
            }
        }
    }
}
