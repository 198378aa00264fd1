import ArgumentParser
import Fleet
import FoundationEssentials
import RemoteKit
import Reports

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show earlier runs, or the past of a file or of one of its records.",
        discussion: """
        The history is made from the runs that were fetched. Runs of the whole suite count; single-file, filtered and \
        interrupted runs are listed. With FILE:LINE, shows a record that has failed, also where its line has moved.
        """,
        subcommands: [HistoryShow.self, HistoryRebuild.self, HistoryImport.self], defaultSubcommand: HistoryShow.self)
}

struct HistoryShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show earlier runs, or the past of a file or of one of its records (default).")

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Flag(help: "List the runs of all projects.")
    var all = false

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many runs.")
    var limit = 20

    @Flag(help: "Print one JSON object per run; of a file, one JSON object.")
    var json = false

    @Argument(help: "A test file, relative to the top of the source tree, or the end of its path; with ':LINE', one of its records.")
    var file: String?

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
        if all, scope.project != nil || file != nil { throw ValidationError("--all lists the runs of all projects; remove \(file != nil ? "the file" : "--project")") }
    }

    func run() async throws {
        let history = RunHistory(), tables = HistoryTables(style: Terminal.shared.outputStyle, now: Date().timeIntervalSince1970)
        guard let suite = try scope.suiteOrWords(history, common) else { return }
        guard let file else {
            let runs = try history.runs(of: all ? nil : suite.project, limit: limit)
            if json { return try runs.forEach { try JSONOutput.print($0) } }
            return Terminal.shared.output(tables.runs(runs, showsProject: all))
        }
        let (name, line) = Self.split(file)
        let past = try history.past(of: name, line: line, in: suite.key, limit: limit)
        if json { return try JSONOutput.print(past) }
        Terminal.shared.output(tables.past(past))
    }

    /// `FILE:LINE`; a name may have a colon in it.
    private static func split(_ text: String) -> (String, Int?) {
        let text = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
        guard let colon = text.lastIndex(of: ":"), let line = Int(text[text.index(after: colon)...]), line > 0 else { return (text, nil) }
        return (String(text[..<colon]), line)
    }
}
