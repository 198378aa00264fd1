public import ArgumentParser
import FoundationEssentials
import Platform
public import RemoteKit
public import Reports

extension QueryFormat: ExpressibleByArgument {}
extension FormerPreset: ExpressibleByArgument {}

struct Sql: Verb {
    static let configuration = CommandConfiguration(
        commandName: "sql", abstract: "Ask the history in SQL. It can only be read.",
        discussion: """
        The views are \(HistoryViews.all.map(\.name).joined(separator: ", ")); docs/history.md describes their columns. \
        The presets are \(FormerPreset.allCases.map(\.rawValue).joined(separator: ", ")).
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Option(parsing: .unconditional, help: ArgumentHelp("How to print the rows.", valueName: "table|csv|json"))
    var format = QueryFormat.table

    @Option(parsing: .unconditional, help: ArgumentHelp("Run a query that has a name, for the project.", valueName: "name"))
    var preset: FormerPreset?

    @Flag(help: "Print the rows as JSON; short for --format json.")
    var json = false

    @Argument(help: "One SELECT.")
    var statement: String?

    func validate() throws {
        if (statement == nil) == (preset == nil) { throw ValidationError("give one SELECT, or name a query with --preset") }
    }

    func run() async throws {
        let history = RunHistory(), format = json ? .json : format
        guard history.exists, let suite = try scope.suite(history, common) else {
            Terminal.shared.say(history.emptyWords(common.commands))
            if format == .json { Terminal.shared.output("[]\n") }
            return
        }
        let sql = preset?.sql(suite.key) ?? statement ?? ""
        try await Interruption.watching {
            var writer = QueryWriter(format, style: Terminal.shared.outputStyle) { Terminal.shared.output(data: Array($0.utf8)) }
            try HistoryQuery(history).run(sql, columns: { writer.begin($0) }, row: { row in
                writer.add(row)
                return true
            })
            writer.end()
        }
    }
}
