import ArgumentParser
import Fleet
import RemoteKit

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for what older runs left on the host: processes, interrupted runs.",
        discussion: "Only processes that a run of yours started and that no supervisor answers for any more are named.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "End the processes that were found.")
    var endOrphans = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let ends = endOrphans
        let report = try await Interruption.watching { try await host.withAgent { try await $0.doctor(ends: ends) } }
        if json { return try JSONOutput.print(report) }
        let found = report.leftovers
        Terminal.shared.say("workers on \(host.name) are held to their memory by \(report.memory.words)")
        for process in found {
            Terminal.shared.output("process \(process.pid) of run \(SafeText.line(process.run, limit: 64)), \(Human.bytes(process.rss)): \(SafeText.line(process.command, limit: 200))\n")
        }
        for run in report.interrupted {
            let name = SafeText.line(run, limit: 64)
            Terminal.shared.output("run \(name) was interrupted; go on with: slt-remote run --host \(host.name) --resume \(name)\n")
        }
        if found.isEmpty {
            Terminal.shared.say("no processes of older runs on \(host.name)")
        } else if ends {
            Terminal.shared.say("\(Human.count(report.ended)) of \(Human.count(found.count, "process", "processes")) ended")
        } else {
            Terminal.shared.say("\(Human.count(found.count, "process", "processes")) of older runs; end them with: slt-remote doctor --host \(host.name) --end-orphans")
        }
    }
}
