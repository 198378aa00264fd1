import ArgumentParser
import FoundationEssentials
import RemoteKit
import Reports

struct Untested: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List the files without a verdict in the last full run, the longest untested first.",
        discussion: "Files that were blocked, need what is not there, or have no tests are named with the reason.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many files.")
    var limit = 50

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Output: Encodable {
        var run: String?
        var count: Int
        var files: [RunHistory.UntestedFile]
    }

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let history = RunHistory()
        guard let suite = try scope.suiteOrWords(history, common) else { return }
        let (run, count, files) = try history.untested(in: suite.key, limit: limit)
        if json { return try JSONOutput.print(Output(run: run, count: count, files: files)) }
        Terminal.shared.output(HistoryTables(style: Terminal.shared.outputStyle, now: Date().timeIntervalSince1970).untested(files, count: count, run: run))
    }
}
