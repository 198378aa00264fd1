import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the run and the host: queue, workers, cores, load, memory.",
        discussion: "Works without a run too. Looking disturbs nothing.")

    @OptionGroup var common: CommonOptions

    @Flag(name: .shortAndLong, help: "Show it again every second: on a terminal until q or Ctrl-C (s sorts, w shows a worker's log, p pauses, + and - change the workers), else until the run has ended.")
    var watch = false

    @Flag(help: "Print one JSON object; with --watch, one a second.")
    var json = false

    @Argument(help: "The run; without one the live run, else the latest.")
    var run: String?

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let run = run, watch = watch, json = json
        do {
            if watch && !json && Terminal.shared.outputIsTerminal {
                let view = Watch(host: host, run: run)
                return try await Interruption.watching { try await view.run() }
            }
            try await Interruption.watching {
                try await host.withAgent { agent in
                    repeat {
                        let report = try await agent.status(run: run)
                        try show(report, host: host.name, json: json)
                        // An interrupted run goes on only when somebody resumes it.
                        if let phase = report.run?.phase, phase == .finished || phase == .interrupted { return }
                        if watch { try await Task.sleep(for: .seconds(1)) }
                    } while watch
                }
            }
        } catch let leave as Leave where watch && leave.code == .interrupted {
            // Ctrl-C is how a watch is meant to end.
        }
    }

    private func show(_ report: HostReport, host: String, json: Bool) throws {
        if json { return try JSONOutput.print(report) }
        let screen = StatusScreen(status: report.run?.clamped(), mode: report.mode, sample: report.sample.clamped(), host: host, now: report.sample.time)
        Terminal.shared.output(screen.text(Terminal.shared.outputStyle))
    }
}
