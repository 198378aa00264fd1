import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sync, build, test and bring the results home.",
        discussion: """
        The fleet runs on the host by itself: Ctrl-C or a lost connection leave it running, and \
        'slt-remote attach' comes back to it.
        """)

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("Worker processes, or 'auto' for as many as the host has cores.", valueName: "n|auto"))
    var workers: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("How long the whole run may take: 90s, 30m, 1h or seconds.", valueName: "time"))
    var time: String?

    @Option(help: ArgumentHelp("How long one file may take.", valueName: "time"))
    var fileTimeout: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Settings of [profiles.NAME]; quick and full are built in.", valueName: "name"))
    var profile: String?

    @Option(help: ArgumentHelp("'drain' runs each file once, 'soak' starts over until the time is up.", valueName: "drain|soak"))
    var mode: String?

    @Option(help: ArgumentHelp("How often a file that failed is run again; one that then passes is called flaky.", valueName: "n"))
    var retries: String?

    @Option(help: ArgumentHelp("How often a file is tried whose worker dies or whose program crashes.", valueName: "n"))
    var attempts: String?

    @Option(help: ArgumentHelp("Memory of one worker: 512M, 4G, none.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("'history' (failed, untested, passed; the longest first), 'longest', 'name' or 'random'.", valueName: "order"))
    var order: String?

    @Option(help: ArgumentHelp("For '--order random', and for files of one size.", valueName: "n"))
    var seed: String?

    @Option(help: ArgumentHelp("Every N-th file only, from the K-th on, by name.", valueName: "K/N"), transform: { text in
        guard let shard = Shard(text) else { throw ValidationError("write it as K/N with K from 1 to N, such as 2/5") }
        return shard
    })
    var shard: Shard?

    @Flag(help: "Only files that failed when they were last run.")
    var failed = false

    @Option(help: ArgumentHelp("Only files of the suite that match; may be said more than once.", valueName: "glob"))
    var filter: [String] = []

    @Flag(help: "Leave the sources on the host as they are.")
    var noSync = false

    @Flag(help: "Let the sync delete on the host even where it looks like a mistake.")
    var force = false

    @Flag(name: .shortAndLong, help: "Start the run and leave; 'attach' comes back to it.")
    var detach = false

    @Option(help: ArgumentHelp("Go on with a run that was interrupted, stopped or out of time.", valueName: "run"))
    var resume: String?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Argument(help: "Globs of test files, relative to the workspace, in the place of the configured ones.")
    var globs: [String] = []

    func validate() throws {
        if resume != nil, !globs.isEmpty || noSync { throw ValidationError("--resume goes on with the files of its run: leave out the globs and --no-sync") }
    }

    func run() async throws {
        let flags = ConfigurationFlags(profile: profile, mode: mode, workers: workers, time: time, fileTimeout: fileTimeout, retries: retries,
                                       attempts: attempts, memory: memory, seed: seed, order: order, files: globs)
        let configuration = try common.configuration(flags)
        let host = try common.remoteHost(configuration)
        var job = RunJob(host: host, configuration: configuration, startedBy: Program.user)
        job.skipsSync = noSync
        job.forcesSync = force
        job.selection = Selection(shard: shard, failedOnly: failed ? true : nil, filters: filter.isEmpty ? nil : filter)
        job.detaches = detach
        job.resumes = resume
        let printer = JobPrinter(host: host.name), work = job
        let result = try await Interruption.watching { try await work.run { printer($0) } }
        if detach {
            if json { try JSONOutput.print(result.status) }
            let id = SafeText.line(result.status.id, limit: 64)
            Terminal.shared.say("detached; come back with: slt-remote attach --host \(host.name) \(id)")
            return
        }
        try ResultPrinter(host: host.name, blocked: []).print(result, json: json)
    }
}

/// Shows what a run came to, and leaves with its exit code.
struct ResultPrinter {
    let host: String
    let blocked: [BlockedFile]

    private struct Output: Encodable {
        var status: RunStatus
        var failures: [FileRecord]
        var results: String?
        var exitCode: Int32
    }

    /// - Throws: ``Leave`` with the code of the result, if that is not 0.
    func print(_ result: JobResult, json: Bool) throws {
        Terminal.shared.endProgress()
        Interruption.leaveWord(nil)
        var code = RemoteKit.ExitCode.of(result.status)
        if code == .passed, let error = result.fetchError { code = .of(error) }
        if json {
            try JSONOutput.print(Output(status: result.status, failures: result.failures, results: result.folder, exitCode: code.rawValue))
        } else {
            let report = RunReport(status: result.status, records: result.failures, blocked: blocked, flaky: result.flaky, host: host, results: result.folder)
            Terminal.shared.output(report.text(Terminal.shared.outputStyle, now: result.status.finishedAt ?? Date().timeIntervalSince1970))
        }
        if let error = result.fetchError { Terminal.shared.say("slt-remote: cannot fetch the results: \(error.message)") }
        let resume = "slt-remote run --host \(host) --resume \(SafeText.line(result.status.id, limit: 64))"
        if let error = result.status.error {
            let next = (result.status.outcomes[.untested] ?? 0) > 0 ? "; files are left: when that is mended, go on with: \(resume)" : ""
            Terminal.shared.say("slt-remote: \(SafeText.line(error, limit: 1000))\(next)")
        }
        if result.status.phase == .interrupted {
            Terminal.shared.say("slt-remote: the supervisor of the run is gone and files are left; go on with: \(resume)")
        }
        if code != .passed { throw Leave(code) }
    }
}
