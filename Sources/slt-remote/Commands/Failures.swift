public import ArgumentParser
import FoundationEssentials
public import RemoteKit
import Reports

extension RunHistory.Grouping: ExpressibleByArgument {}

struct Failures: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Count the failures of the last full run by file, category, message or kind.",
        discussion: "Messages are grouped without their numbers and quoted texts.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Option(parsing: .unconditional, help: ArgumentHelp("What to count by: file, category, message or kind.", valueName: "what"))
    var by = RunHistory.Grouping.message

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many groups.")
    var limit = 50

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "The run. Default: the last full run.")
    var run: String?

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let history = RunHistory()
        guard let suite = try scope.suiteOrWords(history, common) else { return }
        var groups = try history.failures(by: by, in: suite.key, run: run)
        let left = groups.groups.count - limit
        groups.groups = Array(groups.groups.prefix(limit))
        if json { return try JSONOutput.print(groups) }
        guard groups.run != nil else { return scope.sayNoFullRun(suite, common) }
        let tables = HistoryTables(style: Terminal.shared.outputStyle, now: Date().timeIntervalSince1970)
        Terminal.shared.output(tables.failures(groups, by: by))
        if left > 0 { Terminal.shared.say("… and \(left) more; use --limit \(left + limit)") }
    }
}
