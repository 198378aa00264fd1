import AgentProtocol
import ArgumentParser
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports

struct Status: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the run and the host: queue, workers, cores, load and memory.",
        discussion: "Without a run, shows the host alone.")

    @OptionGroup var common: CommonOptions

    @OptionGroup var several: SeveralHosts

    @Flag(name: .shortAndLong, help: "Refresh every second. Keys on a terminal: q quit, s sort, w a worker's log, p pause, + and - change the number of workers. Elsewhere: until the run has ended.")
    var watch = false

    @Flag(help: "Print one JSON object; with --watch, one per second.")
    var json = false

    @OptionGroup var which: RunArgument

    func run() async throws {
        let configuration = try common.configuration()
        if let names = try several.names(common, configuration) { return try await showAll(names, configuration) }
        let host = try common.remoteHost(configuration)
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

    /// Each host of a run over several, one after the other.
    private func showAll(_ names: [String], _ configuration: Configuration) async throws {
        if watch { throw RemoteError(.usage, "--watch takes one host; name it with --host") }
        let shares = try SharedRunJob.shares(of: which.run, hosts: names), upwards = which.upwards(configuration)
        if which.run != nil, shares == nil { throw RemoteError(.usage, "there is no run \(which.run ?? "") over these hosts that has not ended", remedy: .listFetchedRuns) }
        var failure: (any Error)?
        for name in names {
            let host = try common.remoteHost(configuration, named: name), commands = common.commands(on: name), json = json
            let choice = shares?.shares.last { $0.host == name }.map { RunChoice.named($0.run) } ?? RunChoice(name: nil, workspace: host.settings.workspace)
            do {
                let report = try await Interruption.watching { try await host.withAgent { try await $0.status(run: choice) } }
                try show(report, host: name, json: json, commands, upwards)
            } catch let error as RemoteError {
                Terminal.shared.say("slt-remote: \(name): \(RemedyWords(commands).text(error))")
                failure = failure ?? Leave(.of(error))
            }
        }
        if let failure { throw failure }
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
