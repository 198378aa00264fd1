import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct Run: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Sync, build, run the tests and download the results.",
        discussion: """
        The run continues on the host after Ctrl-C or a lost connection. \
        'slt-remote attach' follows it again.
        """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var several: SeveralHosts

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Number of worker processes, or 'auto' for one per core of the host.", valueName: "n|auto"))
    var workers: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Time limit of the whole run: 90s, 30m, 1h or seconds.", valueName: "time"))
    var time: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time limit of one file.", valueName: "time"))
    var fileTimeout: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Time limit of one statement: 500ms, 10s or none. It is ended, and the file goes on. Default: none.", valueName: "time"))
    var recordTimeout: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Use the settings of [profiles.NAME]. 'quick' and 'full' are built in.", valueName: "name"))
    var profile: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("'drain' runs each file once. 'soak' repeats the suite until the time limit.", valueName: "drain|soak"))
    var mode: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("'local' runs the workers on the host. 'slurm' hands them to Slurm: the host is a login node.", valueName: "local|slurm"))
    var launcher: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Run a failed file again up to this many times. A file that then passes is flaky.", valueName: "n"))
    var retries: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Run a file up to this many times in all if its worker dies or its program crashes.", valueName: "n"))
    var attempts: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Memory limit of one worker: 512M, 4G or none.", valueName: "size"))
    var memory: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Order of the files: 'history' (failed, new, passed; longest first), 'longest', 'name' or 'random'.", valueName: "order"))
    var order: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed for '--order random' and for the order of equally long files.", valueName: "n"))
    var seed: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Run only every N-th file, starting with the K-th, in order of name.", valueName: "K/N"), transform: { text in
        guard let shard = Shard(text) else { throw ValidationError("write it as K/N with K from 1 to N, such as 2/5") }
        return shard
    })
    var shard: Shard?

    @Flag(help: "Do not run files that have passed with the same content, includes, engine and settings; take their verdict.")
    var cached = false

    @Option(parsing: .unconditional, help: ArgumentHelp("With --cached: run this share of those files all the same, to check the verdicts. Default: 2.", valueName: "percent"))
    var cacheAudit: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Run files in parts by several workers. auto: those that took more than a worker's share of the run. off: none. N: each in N parts. Default: auto.", valueName: "auto|off|N"))
    var split: String?

    @Flag(help: "Let files start no programs and open no other files: what tries is a failure. This is no sandbox.")
    var noSystem = false

    @Flag(help: "Keep the databases of files that fail on the host, those of the first 20 and no more than 256 MiB. The report says how to open them. They go with the run.")
    var keepDatabase = false

    @Flag(help: "Run only files that failed in their latest run.")
    var failed = false

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("Run only files whose path contains this text or matches this glob. May be repeated.", valueName: "part|glob"))
    var filter: [String] = []

    @Flag(help: "Do not sync; use the sources that are on the host.")
    var noSync = false

    @Flag(help: "Do not build; run what was built before.")
    var noBuild = false

    @Flag(help: "Continue even if some files could not be synced. The run is marked as partial.")
    var allowPartial = false

    @Flag(help: "Let the sync delete more than half of the files on the host. With --resume: continue even if the sources have changed.")
    var force = false

    @Flag(help: "Use the workspace for this tree even if it belongs to another tree or was not made by a sync.")
    var takeOver = false

    @Flag(name: .shortAndLong, help: "Start the run and return. 'slt-remote attach' follows it.")
    var detach = false

    @Flag(help: "If a run uses the workspace, wait behind it and those that wait already, then start. With --detach the sources are brought at once, and the host starts the run.")
    var wait = false

    @Option(defaultAsFlag: "", help: ArgumentHelp("Resume a run that was interrupted, was stopped or ran out of time. Default: this project's latest run. --workers, --time and --force may be added.", valueName: "run"))
    var resume: String?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Argument(help: "Test files, folders or globs, relative to the current folder. Default: the configured files.")
    var globs: [String] = []

    func validate() throws {
        if resume != nil, !resumeCannotHonour.isEmpty {
            throw ValidationError("--resume uses the files and settings of its run; remove \(resumeCannotHonour.joined(separator: ", "))")
        }
    }

    /// What was said that belongs to a run when it is made.
    private var resumeCannotHonour: [String] {
        let said: [(String, Bool)] = [
            ("the globs", !globs.isEmpty), ("--wait", wait), ("--no-sync", noSync), ("--no-build", noBuild), ("--allow-partial", allowPartial), ("--take-over", takeOver), ("--file-timeout", fileTimeout != nil), ("--record-timeout", recordTimeout != nil), ("--profile", profile != nil),
            ("--mode", mode != nil), ("--launcher", launcher != nil), ("--retries", retries != nil), ("--attempts", attempts != nil), ("--memory", memory != nil),
            ("--order", order != nil), ("--seed", seed != nil), ("--no-system", noSystem), ("--keep-database", keepDatabase), ("--cached", cached), ("--cache-audit", cacheAudit != nil), ("--split", split != nil), ("--shard", shard != nil), ("--failed", failed), ("--filter", !filter.isEmpty),
        ]
        return said.filter(\.1).map(\.0)
    }

    func run() async throws {
        var flags = ConfigurationFlags(profile: profile, mode: mode, workers: workers, time: time, fileTimeout: fileTimeout, recordTimeout: recordTimeout, retries: retries,
                                       attempts: attempts, memory: memory, seed: seed, order: order, system: noSystem ? "false" : nil,
                                       cached: cached ? "true" : nil, cacheAudit: cacheAudit, split: split)
        flags.launcher = launcher
        let folder = FileManager.default.currentDirectoryPath
        let configuration = try common.configuration(flags).running(globs, workingDirectory: folder)
        try Configuration.check(filters: filter, at: "--filter")
        let names = try several.names(common, configuration)
        let host = try common.remoteHost(configuration, named: names?.first)
        var job = RunJob(host: host, configuration: configuration, startedBy: OwnName.text)
        job.commandLine = ["slt-remote"] + CommandLine.arguments.dropFirst()
        job.skipsSync = noSync
        job.skipsBuild = noBuild
        job.allowsPartial = allowPartial
        job.forcesSync = force
        job.takesOver = takeOver
        job.selection = Selection(shard: shard, failedOnly: failed ? true : nil, filters: filter.isEmpty ? nil : filter)
        job.detaches = detach
        job.waits = wait
        job.keepsDatabases = keepDatabase
        job.resumes = resume.map { $0.isEmpty ? .latest : .named($0) }
        if workers != nil { job.resumedWorkers = configuration.run.workers }
        if time != nil { job.resumedTime = configuration.run.time }
        let upwards = SuiteNames(configuration, workingDirectory: folder).upwards
        if let names {
            if wait { throw RemoteError(.usage, "--wait takes one host; name it with --host") }
            let shared = SharedRunJob(hosts: try names.map { try common.remoteHost(configuration, named: $0) }, job: job)
            return try await SharedRunPrinter(names, commands: several.commands(common, names), upwards: upwards, detaches: detach).run(json: json) { try await shared.run(events: $0) }
        }
        let commands = common.commands(on: host.name)
        let printer = JobPrinter(host: host.name, commands: commands, upwards: upwards), work = job
        let result = try await Interruption.watching { try await work.run { printer($0) } }
        if detach {
            if json { try JSONOutput.print(result.status) }
            let id = result.status.id
            Terminal.shared.endProgress()
            if result.status.phase == .waiting {
                Terminal.shared.say("detached; run \(id) waits on \(host.name) and starts by itself. Follow it with: \(commands.text("attach", id))")
                return
            }
            Terminal.shared.say("detached; the run continues. Follow it with: \(commands.text("attach", id))")
            return
        }
        printer.end()
        try ResultPrinter(host: host.name, commands: commands, upwards: upwards).print(result, json: json)
    }
}
