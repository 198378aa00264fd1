import ArgumentParser
import Platform
import RemoteKit

struct HistoryRebuild: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make the history again from the folders of the runs.",
        discussion: "Reads all fetched runs, and those that were imported from other folders. The new database replaces the old one in one step.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let history = RunHistory()
        let report = try history.rebuild { done, all in Terminal.shared.progress("reading run \(min(done + 1, all)) of \(all)") }
        Terminal.shared.endProgress()
        try report.show(json: json, history)
    }
}

struct HistoryImport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take runs from other folders, or from bundles, into the history.",
        discussion: "A folder may be a run's own, or hold such folders and bundles. They must stay where they are for `history rebuild` to find them. A run that is known already is left as it is.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "Folders of runs, or bundles.", completion: .file())
    var paths: [String]

    func run() async throws {
        let history = RunHistory()
        let report = try history.importRuns(paths)
        try report.show(json: json, history)
    }
}

extension RunHistory.Report {
    private struct Output: Encodable {
        var imported: [String]
        var known: Int
        var problems: [String]
        var history: String
    }

    /// - Throws: ``Leave`` when nothing at all could be read.
    func show(json: Bool, _ history: RunHistory) throws {
        for problem in problems { Terminal.shared.say("warning: \(problem)") }
        if json {
            try JSONOutput.print(Output(imported: imported, known: known, problems: problems, history: history.path))
        } else {
            Terminal.shared.say("\(Human.count(imported.count, "run")) read" + (known > 0 ? ", \(Human.count(known)) known already" : "") + "; the history is \(history.path)")
        }
        if imported.isEmpty, known == 0, !problems.isEmpty { throw Leave(.usage) }
    }
}
