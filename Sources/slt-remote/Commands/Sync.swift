import ArgumentParser
import FoundationEssentials
import Platform
import RemoteKit
import Reports
import Synchronization
import TreeSync

struct Sync: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Copy the source tree to the host.",
        discussion: "Sends what differs and deletes on the host what is gone here. Excluded files are left alone. Builds and runs nothing.")

    @OptionGroup var common: CommonOptions

    @Flag(name: [.customShort("n"), .long], help: "List what would change, but change nothing.")
    var dryRun = false

    @Flag(name: .customShort("d"), help: .hidden)
    var oldDryRun = false

    @Flag(name: .shortAndLong, help: "List each change in the format of rsync -i.")
    var itemize = false

    @Flag(help: "Compare the content of all files, even if size and time are the same.")
    var checksum = false

    @Flag(help: "Allow the deletion of more than half of the files on the host.")
    var force = false

    @Flag(help: "Use the workspace for this tree even if it belongs to another tree or was not made by a sync.")
    var takeOver = false

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("Exclude what matches this pattern in .gitignore syntax. May be repeated.", valueName: "pattern"))
    var exclude: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("Send what matches even if it is excluded. Applies after every --exclude. May be repeated.", valueName: "pattern"))
    var include: [String] = []

    @Flag(help: "Also delete excluded files on the host, but never .git.")
    var deleteExcluded = false

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("Show whether this path is sent and which rule decides. Connects to no host. May be repeated.", valueName: "path"), completion: .file())
    var explain: [String] = []

    @Flag(help: "Then sync again whenever something changes, until Ctrl-C. Only what changed is looked at and sent, over one connection.")
    var watch = false

    @Flag(help: "Print what was transferred and how long each part took.")
    var stats = false

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    func validate() throws {
        let others = [("--dry-run", dryRun || oldDryRun), ("--explain", !explain.isEmpty), ("--stats", stats), ("--json", json)].filter(\.1).map(\.0)
        if watch, !others.isEmpty { throw ValidationError("--watch goes on until it is ended; remove \(others.joined(separator: ", "))") }
    }

    func run() async throws {
        let configuration = try common.configuration()
        var rules = SyncRules(configuration, excludes: exclude, includes: include)
        (rules.excludesPlace, rules.includesPlace) = ("--exclude", "--include")
        guard explain.isEmpty else { return try answer(rules) }
        if oldDryRun { Terminal.shared.say("note: 'sync -d' is deprecated; use 'sync -n'") }
        let dryRun = dryRun || oldDryRun
        let host = try common.remoteHost(configuration)
        var options = SyncOptions(delete: configuration.sync.delete, dryRun: dryRun, checksum: checksum, force: force, itemize: itemize)
        options.deleteExcluded = deleteExcluded
        var job = SyncJob(host: host, configuration: configuration, options: options)
        job.rules = rules
        job.takesOver = takeOver
        if watch { return try await follow(job) }
        let printer = JobPrinter(host: host.name, commands: common.commands(on: host.name)), lists = (dryRun || itemize) && !json, itemize = itemize
        let result = SyncResult(hasChanges: itemize)
        let report: SyncReport
        do {
            report = try await Interruption.watching { [job] in
                try await job.run(changes: { change in
                    if lists {
                        Terminal.shared.output(SafeText.line(itemize ? change.itemized : change.line) + "\n")
                    } else if itemize {
                        result.add(change)
                    }
                }, events: { printer($0) })
            }
        } catch {
            result.abandon()
            throw error
        }
        if json { try result.finish(report) } else if stats { Terminal.shared.output(report.statistics) }
        if report.needsForce {
            Terminal.shared.say("slt-remote: this would delete more than half of the files on the host; check 'source', or use --force")
        }
        if report.isPartial { throw Leave(.host) }
    }

    private func follow(_ job: SyncJob) async throws {
        let printer = WatchPrinter(host: job.host.name, commands: common.commands(on: job.host.name), itemizes: itemize)
        do {
            try await Interruption.watching { try await SyncWatch(job).run { printer($0) } }
        } catch let leave as Leave where leave.code == .interrupted && printer.hasSynced {
            // Ctrl-C is how a watch is meant to end.
        }
    }

    private func answer(_ rules: SyncRules) throws {
        for path in explain {
            let explanation = try rules.explain(path, from: FileManager.default.currentDirectoryPath)
            if json { try JSONOutput.print(explanation) } else { Terminal.shared.output(explanation.text + "\n") }
        }
    }
}

/// What `--json` prints: the report, with `changes` where they are asked for. Those are printed as they come, since there is no
/// end to what a host may tell.
private final class SyncResult: Sendable {
    private struct Change: Encodable {
        /// Eleven letters, as in rsync's lines.
        var change: String
        var path: TreePath
        var target: TreePath?
    }

    private let hasChanges: Bool
    private let isBegun = Mutex(false)

    init(hasChanges: Bool) { self.hasChanges = hasChanges }

    func add(_ change: SyncChange) {
        guard let text = try? JSONOutput.encoded(Change(change: change.letters, path: change.path, target: change.target)) else { return }
        isBegun.withLock { isBegun in
            Terminal.shared.output(data: Array((isBegun ? "," : #"{"changes":["#).utf8) + text)
            isBegun = true
        }
    }

    func finish(_ report: SyncReport) throws {
        let text = try JSONOutput.encoded(report)
        let start = !hasChanges ? "{" : isBegun.withLock { $0 } ? "]," : #"{"changes":[],"#
        Terminal.shared.output(data: Array(start.utf8) + text.dropFirst() + [UInt8(ascii: "\n")])
    }

    /// Ends the object without a report, if it has begun.
    func abandon() { if isBegun.withLock({ $0 }) { Terminal.shared.output("]}\n") } }
}
