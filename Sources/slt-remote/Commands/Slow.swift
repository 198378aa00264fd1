import ArgumentParser
import FoundationEssentials
import RemoteKit
import Reports

struct Slow: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List the slowest files of the last full run.",
        discussion: "Beside each file's time and CPU time stand the medians of earlier full runs.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var scope: HistoryScope

    @Option(name: .shortAndLong, parsing: .unconditional, help: "List at most this many files.")
    var limit = 20

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Output: Encodable {
        var run: String?
        var files: [RunHistory.SlowFile]
    }

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let history = RunHistory()
        guard let suite = try scope.suiteOrWords(history, common) else { return }
        let (run, files) = try history.slowest(in: suite.key, limit: limit)
        if json { return try JSONOutput.print(Output(run: run, files: files)) }
        guard let run else { return scope.sayNoFullRun(suite, common) }
        Terminal.shared.output(HistoryTables(style: Terminal.shared.outputStyle, now: Date().timeIntervalSince1970).slow(files, run: run))
    }
}
