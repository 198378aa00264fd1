import ArgumentParser
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports
import TreeSync

struct Fetch: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Download the results of a run, also of one that has not ended.",
        discussion: """
        Without --to, results go to ~/.local/share/slt-remote/results. Fetching again brings what is new. \
        Files that no fetch wrote are left alone. The records are checked against the run's own count. \
        --bundle packs the run into one file that 'report', 'compare' and 'history import' read without the host.
        """)

    @OptionGroup var common: CommonOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Create the run's folder in this one.", valueName: "dir"), completion: .directory)
    var to: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Also write the run into this file; its name ends in .tar.zst.", valueName: "file"), completion: .file(extensions: ["zst"]))
    var bundle: String?

    @Flag(help: "Print what was fetched as one JSON object.")
    var json = false

    @OptionGroup var which: RunArgument

    private struct Output: Encodable {
        var run: String
        var folder: String
        var files: Int
        var phase: RunStatus.Phase
        var end: RunEnd?
        var bundle: String?
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let file = bundle.map { TypedPath.absolute($0) }
        if let file { try RunFolder.check(bundle: file) }
        let results = to.map { TypedPath.absolute($0) }, run = which.choice(on: host)
        let fetched = try await Interruption.watching { try await FetchJob(host: host, results: results).run(run) }
        let status = fetched.status
        if let file { try RunFolder(path: fetched.folder).writeBundle(to: file) }
        if json {
            try JSONOutput.print(Output(run: status.id, folder: fetched.folder, files: Int(clamping: fetched.report.seen.total), phase: status.phase,
                                        end: status.end, bundle: file))
        } else {
            Terminal.shared.output(fetched.folder + "\n" + (file.map { $0 + "\n" } ?? ""))
        }
        if let notice = fetched.historyNotice { Terminal.shared.say("warning: \(notice)") }
        if let note = note(status, common.commands(on: host.name)) { Terminal.shared.say("note: " + note) }
    }

    /// What somebody should know who takes this for the whole run.
    private func note(_ status: RunStatus, _ commands: CommandWords) -> String? {
        let untested = Human.count(status.outcomes[.untested] ?? 0, "file"), resume = commands.text("run", "--resume", status.id)
        switch status.phase {
        case .waiting: return "run \(status.id) still waits for its workspace; fetch it later"
        case .created: return "run \(status.id) has not begun; fetch it again later"
        case .running, .stopping:
            return "run \(status.id) has not ended: \(Human.count(status.done)) of \(Human.count(status.total, "file")) have results; fetch it again later"
        case .interrupted: return "run \(status.id) was interrupted: its supervisor is gone; resume it with: \(resume)"
        case .finished:
            switch status.end {
            case .stopped: return "run \(status.id) was stopped: \(untested) untested; resume it with: \(resume)"
            case .budget: return "run \(status.id) ran out of time: \(untested) untested; resume it with: \(resume)"
            case .failed: return "run \(status.id) could not go on: \(untested) untested; resume it with: \(resume)"
            case .drained, nil: return nil
            }
        }
    }
}
