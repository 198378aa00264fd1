import AgentProtocol
import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct Status: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the run and the host: queue, workers, cores, load and memory.",
        discussion: "Without a run, shows the host alone.")

    @OptionGroup var common: CommonOptions

    @Flag(name: .shortAndLong, help: "Refresh every second. Keys on a terminal: q quit, s sort, w a worker's log, p pause, + and - change the number of workers. Elsewhere: until the run has ended.")
    var watch = false

    @Flag(help: "Print one JSON object; with --watch, one per second.")
    var json = false

    @OptionGroup var which: RunArgument

    func run() async throws {
        let configuration = try common.configuration(), host = try common.remoteHost(configuration)
        let upwards = which.upwards(configuration)
        let run = which.choice(on: host), watch = watch, json = json, commands = common.commands(on: host.name)
        do {
            if watch && !json && Terminal.shared.canDraw {
                let view = Watch(host: host, run: run, commands: commands, upwards: upwards)
                return try await Interruption.watching { try await view.run() }
            }
            try await Interruption.watching {
                try await host.withAgent { agent in
                    repeat {
                        let report = try await agent.status(run: run)
                        try show(report, host: host.name, json: json, commands, upwards)
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

    private func show(_ report: HostReport, host: String, json: Bool, _ commands: CommandWords, _ upwards: String) throws {
        if json { return try JSONOutput.print(report) }
        var screen = StatusScreen(status: report.run, mode: report.mode, sample: report.sample, host: host, now: report.sample.time)
        screen.options = commands.options
        screen.upwards = upwards
        screen.failing = report.failing ?? []
        screen.waiting = report.waiting ?? []
        Terminal.shared.output(screen.screen(Terminal.shared.outputStyle))
        if !watch { Terminal.shared.say(elsewhere: report.elsewhere, verb: "status", commands) }
    }
}
