import ArgumentParser
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports

struct Report: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show a run that is on this machine, whole: every failure with its SQL, its rows and its past.",
        discussion: """
        Needs no host. Fetch a run first if it was started with --detach or elsewhere. A run that had not ended when it was fetched says so. \
        The exit code is 0 when the report could be written, whatever became of the run. \
        For a job summary of GitHub: --format md >> "$GITHUB_STEP_SUMMARY".
        """)

    @OptionGroup var common: CommonOptions

    private static let formats = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Write it as one of: \(Self.formats).", valueName: "format"), completion: .list(ReportFormat.allCases.map(\.rawValue)), transform: { text in
        guard let format = ReportFormat(rawValue: text) else { throw ValidationError("write one of: \(Self.formats)") }
        return format
    })
    var format = ReportFormat.text

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Write to this file, which is replaced in one step, instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Argument(help: "A fetched run: its name or the beginning of it, HOST/NAME, or the path of its folder or of a bundle. Default: this project's latest.")
    var run: String?

    func run() async throws {
        // Only a run that is named needs no configuration; one that is named has to be right.
        let configuration = run != nil && common.config == nil ? try? common.configuration() : try common.configuration()
        let folder = try resolve(configuration)
        let details = try RunDetails(folder)
        var report = ReportedRun(details, pasts: KnownPasts.of(details.records.filter(\.outcome.isFailure).map(\.file), in: folder), host: common.host)
        report.options = common.config.map { ["--config", $0] } ?? []
        if let configuration, configuration.projectName == folder.project {
            report.upwards = SuiteNames(configuration, workingDirectory: FileManager.default.currentDirectoryPath).upwards
        }
        if format == .html { addPast(&report) }
        let now = Date().timeIntervalSince1970
        if let output {
            try WholeOutput.write(try format.bytes(of: report, style: Style(color: false, width: 1000), now: now), to: output)
        } else if format == .text {
            Terminal.shared.output(ReportFormat.screen(of: report, style: Terminal.shared.outputStyle, now: now))
        } else {
            Terminal.shared.output(data: try format.bytes(of: report, style: Style(color: false, width: 1000), now: now))
        }
    }

    /// The full run before this one and the last runs, as far as this machine knows them: a page does without.
    private func addPast(_ report: inout ReportedRun) {
        let folder = report.details.folder
        if let earlier = RunReference.lastFull(of: folder.project, on: common.host, before: folder).first { report.pair = try? RunPair(earlier, folder) }
        report.trend = (try? RunHistory().trend(of: folder, limit: 40)) ?? []
    }

    private func resolve(_ configuration: Configuration?) throws -> RunFolder {
        if let run { return try RunReference.resolve(run) }
        if let latest = RunReference.latest(of: configuration?.projectName, on: common.host) { return latest }
        let whose = configuration.map { " of project \(SafeText.line($0.projectName, limit: 100))" } ?? ""
        throw RemoteError(.usage, "cannot report: no run\(whose) was fetched to this machine", remedy: .startRun)
    }
}
