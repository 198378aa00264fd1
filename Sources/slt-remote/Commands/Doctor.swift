import AgentProtocol
import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Doctor: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Find processes and interrupted runs that earlier runs left on the host.",
        discussion: "Lists only processes that one of your runs started and whose supervisor is gone.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "End the processes that are found.")
    var endOrphans = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let ends = endOrphans, commands = common.commands(on: host.name)
        let report = try await Interruption.watching { try await host.withAgent { try await $0.doctor(ends: ends) } }
        if json { return try JSONOutput.print(report) }
        let found = report.leftovers
        Terminal.shared.say("the memory limit of workers on \(host.name) is kept by \(report.memory.words)")
        for process in found {
            Terminal.shared.output("process \(process.pid) of run \(process.run), \(Human.bytes(process.rss)): \(SafeText.line(Redaction().words([process.command])[0], limit: 200))\n")
        }
        for run in report.interrupted {
            let name = run
            Terminal.shared.output("run \(name) was interrupted; resume it with: \(commands.text("run", "--resume", run))\n")
        }
        if found.isEmpty {
            Terminal.shared.say("no leftover processes of earlier runs on \(host.name)")
        } else if ends {
            Terminal.shared.say("\(Human.count(report.ended)) of \(Human.count(found.count, "process", "processes")) ended")
        } else {
            Terminal.shared.say("\(Human.count(found.count, "process", "processes")) left over from earlier runs; end them with: \(commands.text("doctor", "--end-orphans"))")
        }
    }
}
