import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct KnownFailuresUpdate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Write the list from a run.",
        discussion: """
        Adds what failed, removes what holds now, and leaves alone what the run did not reach. Reasons, issues, dates and comments of \
        entries that stay are kept. Without a run, this project's latest one on this machine is used.
        """)

    @OptionGroup var common: CommonOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("The reason of each new entry.", valueName: "text"))
    var reason: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The issue of each new entry.", valueName: "link"))
    var issue: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The last day of each new entry.", valueName: "2026-12-31"))
    var expires: String?

    @Flag(help: "Also list the files that were blocked, skipped or unsupported. Any other that is not run then makes a run fail.")
    var pin = false

    @Flag(name: .shortAndLong, help: "Say what would change, and write nothing.")
    var dryRun = false

    @Flag(help: "Print what changed as one JSON object.")
    var json = false

    @Argument(help: "The run: a name, the beginning of one, or a folder.")
    var run: String?

    private struct Output: Encodable {
        var file: String
        var run: String
        var change: KnownFailuresFile.Change
    }

    func validate() throws {
        if let expires, !KnownFailuresFile.isDay(expires) { throw ValidationError("--expires must be a date such as 2026-12-31") }
    }

    func run() async throws {
        let configuration = try common.configuration(), path = try KnownFailuresPlace(configuration).path
        var file = try KnownFailuresFile.read(path) ?? KnownFailuresFile()
        let folder = try chosen(configuration)
        var new = KnownFailuresFile.NewEntries()
        (new.reason, new.issue, new.expires, new.pins) = (reason, issue, expires, pin)
        let change = try file.update(from: folder, new)
        if !dryRun { try file.write(path) }
        if json { return try JSONOutput.print(Output(file: path, run: folder.spec.id, change: change)) }
        Terminal.shared.output(KnownFailuresReport.text(change, file: path, run: folder.spec.id, isDryRun: dryRun, isExplained: reason != nil || issue != nil))
        if !folder.isFull { Terminal.shared.say("note: run \(folder.spec.id) is not a full run; entries that it did not reach were left alone") }
    }

    private func chosen(_ configuration: Configuration) throws -> RunFolder {
        if let run { return try RunReference.resolve(run) }
        guard let latest = RunReference.latest(of: configuration.projectName, on: common.host) else {
            throw RemoteError(.usage, "cannot update the known failures: there is no run of \(configuration.projectName) on this machine", remedy: .startRun)
        }
        return latest
    }
}
