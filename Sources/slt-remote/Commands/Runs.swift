import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct Runs: Verb {
    static let configuration = CommandConfiguration(abstract: "List the runs of all projects on the host, latest first.",
        discussion: "Shows the project, its branch and commit ('+' marks uncommitted changes), and who started the run. Other commands use this project's runs unless you name a run.")

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many runs.")
    var limit = 20

    @Flag(help: "Print one JSON object per run.")
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
            Terminal.shared.say("no runs on \(host.name) yet; start one with: \(common.commands(on: host.name).text("run"))")
        } else {
            Terminal.shared.output(RunsTable.screen(runs, now: Date().timeIntervalSince1970, style: Terminal.shared.outputStyle))
        }
    }
}
