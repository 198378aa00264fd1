import AgentProtocol
import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Stop: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Stop a run and wait until it has ended.",
        discussion: "Running files get 5 seconds to finish. 'slt-remote run --resume' continues with the files that are untested.")

    @OptionGroup var common: CommonOptions

    @OptionGroup var several: SeveralHosts

    @Flag(help: "Do not wait for running files.")
    var now = false

    @Flag(help: "Print the run's status as one JSON object.")
    var json = false

    @OptionGroup var which: RunArgument

    private struct Ending: Sendable {
        var status: RunStatus
        var wasLive: Bool
        var elsewhere: [RunNote]?
    }

    func run() async throws {
        let configuration = try common.configuration()
        if let names = try several.names(common, configuration) { return try await stopShares(names, configuration) }
        let host = try common.remoteHost(configuration)
        let run = which.choice(on: host), now = now, commands = common.commands(on: host.name), all = which.isEveryLiveRun
        let endings = try await Interruption.watching {
            try await host.withAgent { agent in
                try await agent.chosen(run, all: all) { try await Self.end($0, now: now, agent, host.name, commands) }
            }
        }
        Terminal.shared.endProgress()
        for ending in endings { try show(ending, commands) }
    }

    /// Ends the shares of a run over several hosts.
    private func stopShares(_ names: [String], _ configuration: Configuration) async throws {
        guard let shared = try SharedRunJob.shares(of: which.run, hosts: names) else {
            throw RemoteError(.usage, "there is no run over \(names.joined(separator: ", ")) that has not ended", remedy: .listFetchedRuns)
        }
        var failure: (any Error)?
        for share in shared.shares {
            let host = try common.remoteHost(configuration, named: share.host), now = now, commands = common.commands(on: share.host)
            do {
                let ending = try await Interruption.watching { try await host.withAgent { try await Self.end(.named(share.run), now: now, $0, share.host, commands) } }
                Terminal.shared.endProgress()
                try show(ending, commands)
            } catch let error as RemoteError {
                Terminal.shared.say("slt-remote: \(share.host): \(RemedyWords(commands).text(error))")
                failure = failure ?? Leave(.of(error))
            }
        }
        Terminal.shared.say("merge the results with: \(several.commands(common, names).text("attach"))")
        if let failure { throw failure }
    }

    private static func end(_ run: RunChoice, now: Bool, _ agent: AgentClient, _ host: String, _ commands: CommandWords) async throws -> Ending {
        let report = try await agent.status(run: run)
        guard let before = report.run else {
            Terminal.shared.say(elsewhere: report.elsewhere, verb: "stop", commands)
            let others = report.elsewhere == nil ? "" : " of this project; name one of the others, or use --all"
            throw RemoteError(.usage, "there is no run on \(host)\(others)")
        }
        guard [.running, .stopping, .waiting].contains(before.phase) else {
            return Ending(status: before, wasLive: false, elsewhere: report.elsewhere)
        }
        let last = try await agent.stop(run: .named(before.id), now: now) { status in
            Terminal.shared.progress("stopping run \(status.id): \(Human.count(status.running, "file")) in flight")
        }
        return Ending(status: last, wasLive: true)
    }

    private func show(_ ending: Ending, _ commands: CommandWords) throws {
        let last = ending.status
        if json { try JSONOutput.print(last) }
        let id = last.id
        if last.phase == .waiting { return Terminal.shared.say("run \(id) no longer waits; nothing was run") }
        let counts = "\(Human.count(last.done - (last.outcomes[.untested] ?? 0))) of \(Human.count(last.total, "file")) \(last.total == 1 ? "has" : "have") a result"
        Terminal.shared.say(ending.wasLive ? "run \(id) has ended: \(counts)" : "run \(id) was not running: \(counts)")
        Terminal.shared.say(elsewhere: ending.elsewhere, verb: "stop", commands)
    }
}
