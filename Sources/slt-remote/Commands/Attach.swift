import ArgumentParser
import FoundationEssentials
import RemoteKit
import Reports

struct Attach: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Follow a run to its end and download the results.",
        discussion: "Several clients may follow a run at once. Ctrl-C detaches; the run continues.")

    @OptionGroup var common: CommonOptions

    @OptionGroup var several: SeveralHosts

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @OptionGroup var which: RunArgument

    func run() async throws {
        let configuration = try common.configuration()
        let upwards = which.upwards(configuration)
        if let names = try several.names(common, configuration) {
            let hosts = try names.map { try common.remoteHost(configuration, named: $0) }, run = which.run
            let shared = SharedRunJob(hosts: hosts, job: RunJob(host: hosts[0], configuration: configuration))
            return try await SharedRunPrinter(names, commands: several.commands(common, names), upwards: upwards).run(json: json) { try await shared.attach(run, events: $0) }
        }
        let host = try common.remoteHost(configuration)
        let commands = common.commands(on: host.name), printer = JobPrinter(host: host.name, commands: commands, upwards: upwards)
        let followed = FollowedRun(host: host, run: which.choice(on: host), results: ResultsFolder.standard(host: host.name), events: { printer($0) })
        Interruption.leaveWord("detached; the run continues. Follow it with: " + (which.run.map { commands.text("attach", $0) } ?? commands.text("attach")))
        let result = try await Interruption.watching { try await followed.attach() }
        printer.end()
        try ResultPrinter(host: host.name, commands: commands, upwards: upwards).print(result, json: json)
    }
}
