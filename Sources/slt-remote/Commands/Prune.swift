import ArgumentParser
import FoundationEssentials
import Platform
import RemoteKit
import Reports

struct Prune: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Remove old runs from the host, and keep only the records of those that are here.",
        discussion: """
        A run goes if it is older than --older-than and not among the latest --keep of its project. \
        On the host, runs stay that are running, that somebody reads, that somebody else started, and that are not here as they ended. \
        Here each run keeps a compact record, so that the history can be made again.
        """)

    @OptionGroup var common: CommonOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Keep this many of the latest runs of each project.", valueName: "n"))
    var keep = 30

    @Option(parsing: .unconditional, help: ArgumentHelp("Keep runs that are younger: 30d, 12h or seconds.", valueName: "time"), transform: { text in
        guard let seconds = Quantity.seconds(text) else { throw ValidationError("write it as 30d, 12h or seconds") }
        return seconds
    })
    var olderThan: Double = 30 * 86400

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    @Flag(help: "Also remove runs from the host that are not here as they ended. Their results are lost.")
    var unfetched = false

    @Flag(help: "Consider the runs of all projects, not only of this one.")
    var all = false

    @Flag(help: "Also remove runs from the host that others started.")
    var everyone = false

    @Flag(help: "Leave the host alone; prune only what is here.")
    var here = false

    @Flag(help: "Print one JSON object per run.")
    var json = false

    func validate() throws {
        if keep < 0 { throw ValidationError("--keep must be 0 or more") }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let host = try common.remoteHost(configuration)
        let now = Date().timeIntervalSince1970
        var plan = PrunePlan(keep: keep, age: olderThan, now: now, owner: everyone ? nil : OwnName.text, project: all ? nil : configuration.projectName)
        plan.takesUnfetched = unfetched
        var job = PruneJob(host: host, plan: plan, isDryRun: dryRun)
        job.asksHost = !here
        let work = job
        let items = try await Interruption.watching { try await work.run() }
        if json { return try items.forEach { try JSONOutput.print($0) } }
        if items.isEmpty {
            Terminal.shared.say("no run is old enough: the latest \(Human.count(keep)) of \(all ? "each project" : "this project") stay, and those younger than \(Human.duration(olderThan))")
            return
        }
        let style = Terminal.shared.outputStyle
        Terminal.shared.output(PruneTable.screen(PruneTable.text(items, host: host.name, now: now, isDryRun: dryRun, style: style), style))
    }
}
