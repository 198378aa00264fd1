import ArgumentParser
import FoundationEssentials
import RemoteKit
import Reports

struct WatchTree: Verb {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Sync, build and run again whenever a file is saved.",
        discussion: """
        Runs what failed last, then what changed, then all files. A change ends what runs. \
        Keys on a terminal: q quit, a run all, f run what failed, r reduce the first failure. Elsewhere it prints lines. \
        Exit codes: 0 ended by q or Ctrl-C; 2 or 3 if the first sync fails.
        """)

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Number of worker processes, or 'auto' for one per core of the host.", valueName: "n|auto"))
    var workers: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Use the settings of [profiles.NAME]. 'quick' and 'full' are built in.", valueName: "name"))
    var profile: String?

    @Flag(help: "Do not build; run what was built before.")
    var noBuild = false

    @Flag(help: "Use the workspace for this tree even if it belongs to another tree or was not made by a sync.")
    var takeOver = false

    @Argument(help: "Test files, folders or globs, relative to the current folder. Default: the configured files.")
    var globs: [String] = []

    func run() async throws {
        let folder = FileManager.default.currentDirectoryPath
        let configuration = try common.configuration(ConfigurationFlags(profile: profile, workers: workers)).running(globs, workingDirectory: folder)
        let host = try common.remoteHost(configuration)
        var job = WatchJob(host: host, configuration: configuration)
        job.takesOver = takeOver
        job.skipsBuild = noBuild
        job.commandLine = ["slt-remote"] + CommandLine.arguments.dropFirst()
        let commands = common.commands(on: host.name), upwards = SuiteNames(configuration, workingDirectory: folder).upwards
        var screen = VerdictScreen(job: job, commands: commands, upwards: upwards)
        let reduction = WatchReduction(host: host, configuration: configuration)
        screen.reduce = { reduction.start($0, say: $1) }
        if Terminal.shared.canDraw { return try await screen.draw() }
        try await screen.print()
    }
}
