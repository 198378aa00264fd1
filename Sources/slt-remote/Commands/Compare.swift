import ArgumentParser
import Fleet
import Platform
import RemoteKit
import Reports

struct Compare: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Compare two runs: what fails newly, what is fixed, what became slower.",
        discussion: """
        A and B are names of fetched runs, the beginnings of names, folders of runs, or bundles. Without them, this project's last two \
        full runs are compared. With one, that run is compared with the last full run before it. Runs that are not named are of one kind of engine. The exit code is 1 if something fails in B that held in A.
        """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print everything as one JSON object.")
    var json = false

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many of each kind.")
    var limit = 50

    @Argument(help: ArgumentHelp("The earlier and the later run.", valueName: "run"))
    var runs: [String] = []

    func validate() throws {
        if runs.count > 2 { throw ValidationError("name at most two runs, the earlier one first") }
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let (earlier, later) = try chosen()
        let pair = try RunPair(earlier, later)
        if json {
            try JSONOutput.print(pair)
        } else {
            var report = ComparisonReport(pair)
            report.shown = limit
            Terminal.shared.output(report.screen(Terminal.shared.outputStyle))
        }
        if pair.comparison.hasRegressions { throw Leave(.testsFailed) }
    }

    private func chosen() throws -> (RunFolder, RunFolder) {
        if runs.count == 2 { return (try RunReference.resolve(runs[0]), try RunReference.resolve(runs[1])) }
        let later: RunFolder?, project: String
        if let name = runs.first {
            let named = try RunReference.resolve(name)
            (later, project) = (named, named.project)
        } else {
            let configuration = try common.configuration()
            project = configuration.projectName
            later = RunReference.lastFull(of: project, engine: configuration.engine.kind, on: common.host).first ?? RunReference.lastFull(of: project, on: common.host).first
        }
        guard let later, let earlier = RunReference.lastFull(of: project, on: common.host, before: later).first else {
            throw RemoteError(.usage, "cannot compare: there are no two full runs of \(project) on this machine", remedy: .nameFetchedRuns)
        }
        return (earlier, later)
    }
}
