import ArgumentParser
import RemoteKit

struct Attach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow a run to its end and bring the results home.",
        discussion: "Any number of clients may be attached at once. Ctrl-C detaches; the run goes on.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Argument(help: "The run; without one the live run, else the latest.")
    var run: String?

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let printer = JobPrinter(host: host.name)
        let followed = FollowedRun(host: host, run: run, events: { printer($0) })
        let name = run.map { " \($0)" } ?? ""
        Interruption.leaveWord("detached; come back with: slt-remote attach --host \(host.name)\(name)")
        let result = try await Interruption.watching { try await followed.attach() }
        try ResultPrinter(host: host.name, blocked: []).print(result, json: json)
    }
}
