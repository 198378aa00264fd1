import ArgumentParser
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports

struct Flaky: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List the flaky records of this project, or find out why a file is flaky.",
        discussion: """
        A record is flaky if it failed and held under equal conditions: the same sources, engine, options, limits, seed and host. \
        The list is made from the runs that were fetched to this machine.

        --settle runs one file many times on the host: alone, after other files, beside other files, and several copies at once. \
        It uses the sources and the build that are there. Ctrl-C stops the run on the host as well.
        """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Run the file under several conditions and say under which it fails.")
    var settle = false

    @Option(parsing: .unconditional, help: ArgumentHelp("With --settle: run the file this many times under each condition.", valueName: "n"))
    var runs = 40

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("With --settle: time limit of all runs together. Default: 10m.", valueName: "time"))
    var time: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("With --settle: number of workers when other files run beside the file. Default: as configured.", valueName: "n|auto"))
    var workers: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Use the settings of [profiles.NAME].", valueName: "name"))
    var profile: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "A test file, relative to the current folder. Without --settle also a folder or a glob. Default: all files.")
    var file: String?

    func validate() throws {
        if settle, file == nil { throw ValidationError("--settle needs the file that is to be run") }
        if !settle, time != nil || workers != nil || profile != nil { throw ValidationError("--time, --workers and --profile need --settle") }
        if !(1...10_000).contains(runs) { throw ValidationError("--runs must be 1 to 10000") }
    }

    func run() async throws {
        let configuration = try common.configuration(ConfigurationFlags(profile: profile, workers: workers, time: time))
        if settle, let file { return try await settle(file, configuration) }
        try list(configuration)
    }

    // MARK: the list

    private struct Output: Encodable {
        var version = 1
        var project: String
        var runs: Int
        var incomparable: Int
        var records: [FlakyFinding]
    }

    private func list(_ configuration: Configuration) throws {
        let folder = FileManager.default.currentDirectoryPath
        // `FILE:12` is how failures are named; the file is meant.
        let files = try file.map { try configuration.running([BisectTarget.read($0).name], workingDirectory: folder).suite.files } ?? []
        let history = try FlakyHistory(RunCatalog(), project: configuration.projectName, files: files)
        if json {
            return try JSONOutput.print(Output(project: configuration.projectName, runs: history.runs, incomparable: history.incomparable, records: history.findings))
        }
        let report = FlakyReport(history, project: configuration.projectName, commands: common.commands, now: Date().timeIntervalSince1970, limit: file == nil ? 20 : .max)
        Terminal.shared.output(report.screen(Terminal.shared.outputStyle))
    }

    // MARK: the experiment

    private func settle(_ name: String, _ configuration: Configuration) async throws {
        let folder = FileManager.default.currentDirectoryPath
        let globs = try configuration.running([BisectTarget.read(name).name], workingDirectory: folder).suite.files
        guard globs.count == 1, let glob = globs.first, let own = Glob.name(glob) else {
            throw RemoteError(.usage, "cannot settle '\(name)': name one test file")
        }
        let host = try common.remoteHost(configuration)
        var job = SettleJob(host: host, configuration: configuration, file: own)
        job.runs = runs
        job.commandLine = ["slt-remote"] + CommandLine.arguments.dropFirst()
        if time != nil { job.time = configuration.run.time }
        let commands = common.commands(on: host.name), printer = SettlePrinter(file: own, host: host.name), work = job
        let result = try await Interruption.watching { try await work.run { printer($0) } }
        Terminal.shared.endProgress()
        Interruption.leaveWord(nil)
        if json { return try JSONOutput.print(result) }
        Terminal.shared.output(SettleReport(result, wanted: runs, commands: commands).screen(Terminal.shared.outputStyle))
    }
}
