import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit

struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the runs on the host, latest first.")

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, help: "At most so many.")
    var limit = 20

    @Flag(help: "Print one JSON object a run.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let limit = limit
        let runs = try await Interruption.watching { try await host.withAgent { try await $0.runs(limit: limit) } }
        if json { return try runs.forEach { try JSONOutput.print($0) } }
        if runs.isEmpty {
            Terminal.shared.say("no runs on \(host.name) yet; start one with 'slt-remote run'")
        } else {
            Terminal.shared.output(RunsTable.text(runs.map { $0.clamped() }, now: Date().timeIntervalSince1970, style: Terminal.shared.outputStyle))
        }
    }
}
