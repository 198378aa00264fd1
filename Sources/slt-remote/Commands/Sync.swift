import ArgumentParser
import RemoteKit
import TreeSync

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the source tree to the host.",
        discussion: "Sends what differs and deletes there what is gone here, except what the rules exclude. Nothing is built or run.")

    @OptionGroup var common: CommonOptions

    @Flag(name: .shortAndLong, help: "List what would change, and change nothing.")
    var dryRun = false

    @Flag(help: "Compare the content of all files, not only of those whose size or time differs.")
    var checksum = false

    @Flag(help: "Delete on the host even where it looks like a mistake.")
    var force = false

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    func run() async throws {
        let configuration = try common.configuration()
        let host = try common.remoteHost(configuration)
        let options = SyncOptions(delete: configuration.sync.delete, dryRun: dryRun, checksum: checksum, force: force)
        let job = SyncJob(host: host, configuration: configuration, options: options)
        let printer = JobPrinter(host: host.name), listsChanges = dryRun && !json
        let report = try await Interruption.watching {
            try await job.run(changes: { change in
                if listsChanges { Terminal.shared.output(change.line + "\n") }
            }, events: { printer($0) })
        }
        if json { try JSONOutput.print(report) }
        if report.needsForce {
            Terminal.shared.say("slt-remote: this would delete more than half of the files on the host; check 'source', or say --force")
        }
        if report.isPartial { throw Leave(.host) }
    }
}

extension SyncChange {
    /// `update file src/main.rs`, safe to print.
    var line: String {
        let what = switch kind {
        case .create: "create"
        case .update: "update"
        case .delete: "delete"
        case .metadata: "touch "
        }
        return "\(what) \(path.description)"
    }
}
