import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Clean: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Remove what older releases and killed processes have left, on the host and here.",
        discussion: """
        Agents of other releases that no process is, unfinished runs, what an ended run does not need, notes about workspaces that are gone. \
        Sources, builds and results stay; 'slt-remote prune' removes old runs.
        """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Flag(help: "Print one JSON object. Asks nothing: use it with --dry-run or --yes.")
    var json = false

    private struct Output: Encodable {
        var host: [UnneededItem]
        var here: [CleanJob.LocalItem]
        var isDryRun: Bool
    }

    func validate() throws {
        if json, !dryRun, !yes { throw ValidationError("--json asks nothing; add --dry-run or --yes") }
    }

    func run() async throws {
        let host = try common.remoteHost(common.configuration())
        let job = CleanJob(host: host), style = Terminal.shared.outputStyle
        let found = try await Interruption.watching { try await job.onHost(isDryRun: true) }
        let local = job.atHome(isDryRun: true)
        if found.isEmpty, local.isEmpty, !json {
            Terminal.shared.say("nothing to clean on \(host.name) or here")
            return
        }
        if !json { Terminal.shared.output(PruneTable.screen(PruneTable.text(found, local, host: host.name, style: style), style)) }
        let size = Human.bytes(found.reduce(0) { $0 + $1.bytes } + local.reduce(0) { $0 + $1.bytes })
        if dryRun {
            if json { return try JSONOutput.print(Output(host: found, here: local, isDryRun: true)) }
            return Terminal.shared.say("would free \(size); nothing was removed")
        }
        if !yes {
            guard let answer = Prompts.answer("remove these, \(size)? [y/N] ") else {
                throw RemoteError(.usage, "cannot ask whether to remove these: there is no terminal; add --yes, or --dry-run to only look")
            }
            guard ["y", "yes"].contains(answer.lowercased()) else { return Terminal.shared.say("nothing was removed") }
        }
        let removed = try await Interruption.watching { try await job.onHost(isDryRun: false) }
        let here = job.atHome(isDryRun: false)
        if json { return try JSONOutput.print(Output(host: removed, here: here, isDryRun: false)) }
        for item in removed {
            if let refusal = item.refusal { Terminal.shared.say("warning: \(SafeText.line(item.path, limit: 500)) stays: \(SafeText.line(refusal, limit: 200))") }
        }
        let freed = removed.filter { $0.refusal == nil }.reduce(0) { $0 + $1.bytes } + here.reduce(0) { $0 + $1.bytes }
        Terminal.shared.say("removed \(Human.count(removed.count { $0.refusal == nil } + here.count, "thing")), \(Human.bytes(freed))")
    }
}
