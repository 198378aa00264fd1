import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import TreeSync

struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the results of a run home.",
        discussion: """
        Without --to they go below ~/.local/share/slt-remote/results, outside the source tree. \
        Fetching again brings what is new. The records are checked against the run's own count.
        """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Put the run's folder into this one.", valueName: "dir"), completion: .directory)
    var to: String?

    @Flag(help: "Print what was fetched as one JSON object.")
    var json = false

    @Argument(help: "The run; without one the live run, else the latest.")
    var run: String?

    private struct Output: Encodable {
        var run: String
        var folder: String
        var files: Int
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let folder = to.map { absolute($0) } ?? ResultsFolder.standard(host: host.name)
        let run = run
        let fetched = try await Interruption.watching { try await FetchJob(host: host, folder: folder).run(run) }
        if json {
            try JSONOutput.print(Output(run: fetched.status.id, folder: fetched.folder, files: Int(clamping: fetched.report.seen.total)))
        } else {
            Terminal.shared.output(fetched.folder + "\n")
        }
        if fetched.status.phase != .finished {
            Terminal.shared.say("note: run \(SafeText.line(fetched.status.id, limit: 64)) has not ended; fetch it again when it has")
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
