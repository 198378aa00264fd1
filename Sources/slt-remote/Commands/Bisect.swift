import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct Bisect: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Find the commit that broke test files.",
        discussion: """
        Builds several revisions at once on the host, each in a workspace of its own, runs the named files there, and prints the first commit where they fail. \
        Your work tree is only read: it may have uncommitted changes. The test files are the ones in your work tree.

        Ctrl-C ends the builds and runs on the host. 'slt-remote bisect --resume' goes on from there.

        Exit codes: 0 the commit was found; 5 several commits are left, because those between do not build or are flaky; others as for every command.
        """)

    @OptionGroup var common: CommonOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("A revision where the files pass.", valueName: "rev"))
    var good: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("A later revision where they fail. Default: HEAD.", valueName: "rev"))
    var bad: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Number of revisions that are built at once. Default: 4.", valueName: "n"))
    var jobs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of worker processes for the files of one revision. Default: 1.", valueName: "n"))
    var workersPerBuild: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Run a revision that fails this many times more. A revision that also passes is flaky. Default: 2.", valueName: "n"))
    var repeats: Int?

    @Flag(help: "Run the test files that each revision has, not the ones in the work tree.")
    var testsFromRevision = false

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Use the settings of [profiles.NAME].", valueName: "name"))
    var profile: String?

    @Flag(help: "Go on with the bisect that was interrupted. --jobs may be added.")
    var resume = false

    @Flag(help: "Give the bisect that was interrupted up: remove its workspaces on the host and what is known.")
    var abort = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Argument(help: "Test files, relative to the current folder. FILE:LINE looks at the record of this line only.")
    var files: [String] = []

    func validate() throws {
        let said = [("--good", good != nil), ("--bad", bad != nil), ("--workers-per-build", workersPerBuild != nil), ("--repeats", repeats != nil),
                    ("--tests-from-revision", testsFromRevision), ("the files", !files.isEmpty)].filter(\.1).map(\.0)
        if resume, abort { throw ValidationError("use --resume or --abort, not both") }
        if resume || abort {
            guard said.isEmpty else { throw ValidationError("\(resume ? "--resume" : "--abort") uses what the bisect was started with; remove \(said.joined(separator: ", "))") }
        } else {
            if good == nil { throw ValidationError("name a revision where the files pass with --good") }
            if files.isEmpty { throw ValidationError("name the test files that fail") }
        }
        for (name, value, range) in [("--jobs", jobs, 1...64), ("--workers-per-build", workersPerBuild, 1...4096), ("--repeats", repeats, 0...1000)] {
            if let value, !range.contains(value) { throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound)") }
        }
    }

    func run() async throws {
        let configuration = try common.configuration(ConfigurationFlags(profile: profile))
        let host = try common.remoteHost(configuration)
        var job = BisectJob(host: host, configuration: configuration, request: resume || abort ? nil : try request(configuration))
        job.resumedJobs = jobs
        job.commandLine = ["slt-remote"] + CommandLine.arguments.dropFirst()
        let commands = common.commands(on: host.name), work = job
        if abort {
            try await Interruption.watching { try await work.abort() }
            return Terminal.shared.say("the bisect was given up: its workspaces, builds and runs were removed from \(host.name)")
        }
        let printer = BisectPrinter(host: host.name, commands: commands)
        let outcome = try await Interruption.watching { try await work.run { printer($0) } }
        printer.end()
        if json {
            try JSONOutput.print(outcome)
        } else {
            Terminal.shared.output(BisectReport(outcome).screen(Terminal.shared.outputStyle))
        }
        if outcome.exitCode != .passed { throw Leave(outcome.exitCode) }
    }

    private func request(_ configuration: Configuration) throws -> BisectJob.Request {
        let folder = FileManager.default.currentDirectoryPath
        let targets = try files.map { text in
            var (name, line) = BisectTarget.read(text)
            // A file may be called like this.
            if line != nil, FileManager.default.fileExists(atPath: text.hasPrefix("/") ? text : folder + "/" + text) { (name, line) = (text, nil) }
            let globs = try configuration.running([name], workingDirectory: folder).suite.files
            guard globs.count == 1, let file = Glob.name(globs[0]) else { throw RemoteError(.usage, "cannot bisect '\(name)': name single test files") }
            return BisectTarget(file: file, line: line)
        }
        var request = BisectJob.Request(good: good ?? "", targets: targets)
        if let bad { request.bad = bad }
        if let jobs { request.jobs = jobs }
        if let workersPerBuild { request.workersPerBuild = workersPerBuild }
        if let repeats { request.repeats = repeats }
        request.testsFromRevision = testsFromRevision
        return request
    }
}
