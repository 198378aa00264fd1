import ArgumentParser
import FoundationEssentials
import RemoteKit
import Synchronization
import TreeSync

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the source tree to the host.",
        discussion: "Sends what differs and deletes there what is gone here, except what the rules exclude. Nothing is built or run.")

    @OptionGroup var common: CommonOptions

    @Flag(name: .shortAndLong, help: "List what would change, and change nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "List each change as rsync -i does.")
    var itemize = false

    @Flag(help: "Compare the content of all files, not only of those whose size or time differs.")
    var checksum = false

    @Flag(help: "Delete on the host even where it looks like a mistake.")
    var force = false

    @Option(help: ArgumentHelp("Leave out what matches, in .gitignore syntax; may be repeated.", valueName: "pattern"))
    var exclude: [String] = []

    @Option(help: ArgumentHelp("Send what matches even where it is excluded; counts after every --exclude.", valueName: "pattern"))
    var include: [String] = []

    @Flag(help: "Delete on the host also what the rules exclude; .git stays.")
    var deleteExcluded = false

    @Option(help: ArgumentHelp("Say whether this path is sent and which rule decides, without a host; may be repeated.", valueName: "path"), completion: .file())
    var explain: [String] = []

    @Flag(help: "Print what moved, and how long each part took.")
    var stats = false

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    func run() async throws {
        let configuration = try common.configuration()
        let rules = SyncRules(configuration, excludes: exclude, includes: include)
        guard explain.isEmpty else { return try answer(rules) }
        let host = try common.remoteHost(configuration)
        var options = SyncOptions(delete: configuration.sync.delete, dryRun: dryRun, checksum: checksum, force: force, itemize: itemize)
        options.deleteExcluded = deleteExcluded
        var job = SyncJob(host: host, configuration: configuration, options: options)
        job.rules = rules
        let printer = JobPrinter(host: host.name), lists = (dryRun || itemize) && !json, itemize = itemize
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
            Terminal.shared.say("slt-remote: this would delete more than half of the files on the host; check 'source', or say --force")
        }
        if report.isPartial { throw Leave(.host) }
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
            Terminal.shared.output(Array((isBegun ? "," : #"{"changes":["#).utf8) + text)
            isBegun = true
        }
    }

    func finish(_ report: SyncReport) throws {
        let text = try JSONOutput.encoded(report)
        let start = !hasChanges ? "{" : isBegun.withLock { $0 } ? "]," : #"{"changes":[],"#
        Terminal.shared.output(Array(start.utf8) + text.dropFirst() + [UInt8(ascii: "\n")])
    }

    /// Ends the object without a report, if it has begun.
    func abandon() { if isBegun.withLock({ $0 }) { Terminal.shared.output("]}\n") } }
}

extension SyncReport {
    /// What `--stats` prints.
    var statistics: String {
        func seconds(_ value: Double) -> String { Human.duration(value) }
        func bytes(_ value: UInt64) -> String { Human.bytes(Int(clamping: value)) }
        let matched = bytesTotal > bytesLiteral ? bytesTotal - bytesLiteral : 0
        let wire = bytesToReceiver &+ bytesToSender
        let gain = wire > 0 ? String(bytesTotal / wire + (bytesTotal % wire > wire / 2 ? 1 : 0)) : "-"
        return """
        source    \(seen.files) files, \(seen.directories) folders, \(seen.links) links, \(bytes(bytesTotal))
        created   \(created.total), updated \(updated.total), touched \(touched.total), deleted \(deleted.total), unchanged \(unchanged.total)
        content   \(bytes(bytesLiteral)) moved, \(bytes(matched)) was there
        messages  \(bytes(bytesToReceiver)) to the host, \(bytes(bytesToSender)) back, speed-up \(gain)
        time      \(seconds(secondsListing)) listing, \(seconds(secondsMoving)) moving, \(seconds(secondsFinishing)) finishing

        """
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
