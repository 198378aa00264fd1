import Fleet
import Platform
import RemoteKit

/// A run for a comment on a pull request, in Markdown as GitHub reads it. Foreign text stands in code only.
struct MarkdownReport {
    private let run: ReportedRun
    private let now: Double
    private let status: RunStatus

    /// Bytes; GitHub takes 65,536 characters.
    static let limit = 65_536
    /// Failing files in the table, and its bytes.
    private static let tabled = 100, tableBytes = 24_000
    /// Files of each list at the end, and the bytes of all of them.
    private static let listed = 20, listBytes = 16_000

    init(_ run: ReportedRun, now: Double) {
        self.run = run
        self.now = now
        status = run.status
    }

    var text: String {
        let end = foot
        var text = head + counts + table
        var left = run.failures.count
        var body = ""
        for file in run.failures {
            let next = details(file)
            guard text.utf8.count + body.utf8.count + next.utf8.count + end.utf8.count + 200 <= Self.limit else { break }
            body += next
            left -= 1
        }
        if !body.isEmpty { text += "\n### Failures\n\n" + body }
        if left > 0 { text += "\nThe details of \(Human.count(left, left == run.failures.count ? "file" : "more file")) are not here: the report would be too long.\n" }
        return text + end
    }

    // MARK: parts

    private var head: String {
        let mark = run.exitCode == .passed ? "✅" : run.exitCode == .testsFailed ? "❌" : "⚠️"
        var text = "## \(mark) \(MarkupText.plainMarkdown(RunReport(run).verdict.words))\n\n"
        if let caveat = run.caveat { text += "> **Note:** \(MarkupText.plainMarkdown(caveat))\n\n" }
        if status.partialSync == true { text += "> **Note:** the sync was partial; some files were tested as they were before\n\n" }
        return text
    }

    /// All outcomes beside the rate.
    private var counts: String {
        let shown: Set<Outcome> = [.pass, .fail, .blocked, .unsupported, .skipped, .untested]
        let columns = Outcome.allCases.filter { shown.contains($0) || status.outcomes[$0] ?? 0 > 0 }
        var text = "| " + columns.map(\.word).joined(separator: " | ") + " | total |\n"
        text += String(repeating: "|---:", count: columns.count + 1) + "|\n| "
        text += columns.map { Human.count(status.outcomes[$0] ?? 0) }.joined(separator: " | ") + " | \(Human.count(status.total)) |\n\n"
        if let cache = status.cache { text += MarkupText.plainMarkdown(RunReport.words(cache, of: status.total)) + ". " }
        text += "Pass rate \(run.passRate), of all files found. \(Human.count(status.tests, "test")) in \(Human.duration(status.elapsed(at: now)))."
        if let kinds = FailureKind.words(in: run.failures) { text += " Failed records: \(kinds)." }
        return text + "\n"
    }

    private var table: String {
        guard !run.failures.isEmpty else { return "" }
        var text = "\n| failing file | what | past |\n|---|---|---|\n"
        let shown = Self.fill(&text, run.failures.prefix(Self.tabled), bytes: Self.tableBytes) { file in
            let what = file.title + (file.extent.isEmpty ? "" : "; \(file.extent)")
            return "| \(MarkupText.markdown(Self.cut(file.place))) | \(MarkupText.markdown(Self.cut(what))) | \(MarkupText.plainMarkdown(file.past?.words(now: now) ?? "")) |\n"
        }
        let left = run.failures.count - shown
        return text + (left > 0 ? "\n… and \(Human.count(left, "more failing file")).\n" : "")
    }

    /// Adds a line for each file until there would be more bytes.
    /// - Returns: how many were added.
    private static func fill<File>(_ text: inout String, _ files: some Collection<File>, bytes: Int, _ line: (File) -> String) -> Int {
        var added = 0
        for file in files {
            let next = line(file)
            guard text.utf8.count + next.utf8.count <= bytes else { break }
            text += next
            added += 1
        }
        return added
    }

    private static func cut(_ text: String) -> String { SafeText.line(text, limit: 160) }

    private func details(_ file: ReportedFile) -> String {
        var text = "<details><summary>\(MarkupText.markdown(file.place)): \(MarkupText.markdown(Self.cut(file.title)))</summary>\n\n"
        for block in file.blocks.prefix(5) {
            if block != file.blocks.first {
                let place = block.failure.script.map { " of \(MarkupText.markdown(Self.cut($0)))" } ?? ""
                text += "Line \(block.line)\(place): \(MarkupText.markdown(Self.cut(block.title)))\n\n"
            }
            if !block.failure.sql.isEmpty { text += MarkupText.fenced(SafeText.lines(block.failure.sql, limit: 20, width: 400).joined(separator: "\n"), "sql") + "\n" }
            let lines = block.difference(Style(width: 200), most: 40)
            if !lines.isEmpty { text += MarkupText.fenced(lines.joined(separator: "\n"), "diff") + "\n" }
            for note in block.notes { text += "\(MarkupText.plainMarkdown(note))\n\n" }
            if !block.consequences.isEmpty { text += "Followed by \(Human.count(block.consequences.count, "consequence")).\n\n" }
        }
        if file.blocks.isEmpty, let output = file.record.output {
            text += MarkupText.fenced(SafeText.lines(output, limit: .max, width: 400).suffix(30).joined(separator: "\n"), "text") + "\n"
        }
        let hidden = file.blocks.count - min(5, file.blocks.count) + file.unseen
        if hidden > 0 { text += "… and \(Human.count(hidden, "more record")) of this file.\n\n" }
        return text + "</details>\n"
    }

    private var foot: String {
        var text = "\n"
        func list<File>(_ files: [File], _ share: Int, _ more: String, _ line: (File) -> String) {
            let shown = Self.fill(&text, files.prefix(Self.listed), bytes: Self.listBytes / 4 * share, line)
            if files.count > shown { text += "- … and \(Human.count(files.count - shown)) more\(more)\n" }
        }
        list(run.known, 1, " that are known to fail") { "- known to fail: \(MarkupText.markdown(Self.cut($0.place)))\n" }
        list(run.keptOut, 2, " that were not run") { "- \($0.outcome.word): \(MarkupText.markdown(Self.cut($0.path))) (\(MarkupText.markdown(Self.cut($0.reason))))\n" }
        list(run.flaky, 3, " flaky files") { "- flaky: \(MarkupText.markdown(Self.cut($0.file)))\n" }
        list(run.cached, 4, " from the cache") { "- from the cache: \(MarkupText.markdown(Self.cut($0.file))) (\(MarkupText.markdown(Self.cut(RunReport.origin($0)))))\n" }
        let source = [status.source?.branch.map { "branch \(Self.cut($0))" }, status.source?.commit.map { "commit \($0.prefix(10))" },
                      status.source?.changes].compactMap(\.self).joined(separator: ", ")
        let engine = run.details.folder.engine.map { ", engine \(Self.cut($0.name)) \(Self.cut($0.version ?? ""))" } ?? ""
        return text + "\nRun \(MarkupText.markdown(status.id)) on \(MarkupText.markdown(Self.cut(run.host)))"
            + (source.isEmpty ? "" : ": \(MarkupText.markdown(source))") + (engine.isEmpty ? "" : MarkupText.plainMarkdown(engine)) + ".\n"
    }
}
