import Fleet
import Platform
import RemoteKit

/// A run as workflow commands of GitHub Actions, a line each: its runner shows them at the lines of a pull request.
/// docs.github.com, "Workflow commands for GitHub Actions".
struct WorkflowReport {
    private let run: ReportedRun
    private let now: Double

    /// GitHub shows so many errors of a step, and drops the rest.
    static let shown = 10

    init(_ run: ReportedRun, now: Double) {
        self.run = run
        self.now = now
    }

    var text: String {
        let failing = run.failures
        let named = failing.count <= Self.shown ? failing[...] : failing.prefix(Self.shown - 1)
        var lines = named.map(error)
        let verdict = RunReport(run).verdict.words + (run.caveat.map { "; \($0)" } ?? "")
        let rate = "pass rate \(run.passRate), of all files found"
        if failing.count > named.count {
            lines.append(command("error", [("title", "sqllogictest")],
                                 "\(Human.count(failing.count - named.count, "more failing file")); \(verdict); \(rate). All of them: \(report)"))
        } else if failing.isEmpty, run.exitCode != .passed {
            lines.append(command("error", [("title", "sqllogictest")], "\(verdict); \(rate)"))
        }
        if !run.flaky.isEmpty {
            let names = run.flaky.prefix(5).map(\.file).joined(separator: ", ")
            lines.append(command("warning", [("title", "flaky files")], "\(Human.count(run.flaky.count, "file")) passed and failed on the same sources: \(names)" + (run.flaky.count > 5 ? ", …" : "")))
        }
        lines.append(command("notice", [("title", "sqllogictest")], "\(verdict); \(rate)"))
        return lines.map { $0 + "\n" }.joined()
    }

    private var report: String { CommandWords(host: run.host, hosts: run.hosts, options: run.options).text("report", run.status.id) }

    private func error(_ file: ReportedFile) -> String {
        var properties = [("file", file.record.file)]
        if let line = file.line { properties.append(("line", "\(line)")) }
        properties.append(("title", SafeText.line(file.title, limit: 100)))
        var message = [file.placedTitle + (file.extent.isEmpty ? "" : "; \(file.extent)") + (file.past.map { " (\($0.words(now: now)))" } ?? "")]
        if let block = file.blocks.first {
            message += SafeText.lines(block.failure.sql, limit: 10, width: 200) + block.difference(Style(width: 120), most: 20) + block.notes
        }
        return command("error", properties, message.joined(separator: "\n"))
    }

    /// `::error file=a.test,line=12::message`
    private func command(_ name: String, _ properties: [(String, String)], _ message: String) -> String {
        "::\(name) " + properties.map { "\($0)=\(MarkupText.workflow(SafeText.line($1), isProperty: true))" }.joined(separator: ",") + "::" + MarkupText.workflow(message)
    }
}
