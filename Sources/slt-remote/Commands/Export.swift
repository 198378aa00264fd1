import ArgumentParser
import FoundationEssentials
import Platform
import RemoteKit
import Reports

struct Export: Verb {
    /// What the former scripts wrote.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case json, sqlite, badge
        case punchlistMarkdown = "punchlist-md", punchlistCSV = "punchlist-csv", punchlistJSON = "punchlist-json"
    }

    static let configuration = CommandConfiguration(
        abstract: "Write results in the formats of the scripts that slt-remote replaces.",
        discussion: "'sqlite' has the runs of the whole project, and needs --output; the others have one run. docs/migration.md describes the formats.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Option(parsing: .unconditional, help: ArgumentHelp("The format: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "format"))
    var format: Format

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Write to this file, not to standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Argument(help: "The run: its name, its folder, or a bundle. Default: the last full run.")
    var run: String?

    func validate() throws {
        if format == .sqlite, output == nil { throw ValidationError("--format sqlite needs --output FILE") }
        if format == .sqlite, run != nil { throw ValidationError("--format sqlite has all runs of the project; remove the run") }
    }

    func run() async throws {
        let history = RunHistory()
        if format == .sqlite {
            guard let suite = try scope.suite(history, common), let output else { throw Self.nothing }
            return try FormerDatabase(history).write(suite.key, to: TypedPath.absolute(output))
        }
        guard let folder = try folder(history) else { throw Self.nothing }
        let results = FormerResults(try RunDetails(folder)), list = FormerPunchList(results)
        switch format {
        case .json: try write(JSONOutput.encoded(results) + [UInt8(ascii: "\n")])
        case .badge: try write(JSONOutput.encoded(Badge(results)) + [UInt8(ascii: "\n")])
        case .punchlistJSON: try write(JSONOutput.encoded(list.items) + [UInt8(ascii: "\n")])
        case .punchlistCSV: try write(Array(list.csv.utf8))
        case .punchlistMarkdown: try write(Array(list.markdown.utf8))
        case .sqlite: break
        }
    }

    /// A script that asked for a file would take an empty one for results.
    private static var nothing: RemoteError { RemoteError(.usage, "cannot export: no run is on this machine", remedy: .startRun) }

    private func folder(_ history: RunHistory) throws -> RunFolder? {
        if let run { return try RunReference.resolve(run, in: history.catalog) }
        guard let suite = try scope.suite(history, common) else { return nil }
        guard let place = try history.lastFull(in: suite.key) else {
            throw RemoteError(.usage, "cannot export: no full run of \(suite.project) is on this machine", remedy: .startRun)
        }
        return try RunFolder(path: place.path)
    }

    private func write(_ bytes: [UInt8]) throws {
        guard let output else { return Terminal.shared.output(data: bytes) }
        try WholeOutput.write(bytes, to: output)
    }
}
