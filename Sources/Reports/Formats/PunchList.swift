import Fleet
import Platform
import RemoteKit

/// Files that failed as a list to work through: those that hide most come first.
struct PunchList {
    private let run: ReportedRun
    private let now: Double
    private let files: [ReportedFile]

    /// Files that did not get to their end first, then by records that failed by themselves.
    init(_ run: ReportedRun, now: Double) {
        self.run = run
        self.now = now
        let keyed = run.failures.map { (file: $0, isFail: $0.record.outcome == .fail ? 1 : 0, own: $0.own) }
        files = keyed.sorted { ($0.isFail, -$0.own, $0.file.record.file) < ($1.isFail, -$1.own, $1.file.record.file) }.map(\.file)
    }

    private static func category(_ file: String) -> String {
        let category = SuiteCategory(file)
        return category.name + (category.sub.map { "/\($0)" } ?? "")
    }

    static let columns = ["file", "line", "category", "outcome", "kind", "failed_records", "consequences", "tests", "seconds", "message", "past"]

    /// CSV by RFC 4180.
    var table: String {
        let rows = files.map { file -> String in
            let record = file.record
            let cells = [record.file, "\(file.line ?? 0)", Self.category(record.file), record.outcome.rawValue, file.kind?.rawValue ?? "",
                         "\(file.own)", "\(file.consequences)", "\(record.tests)", Human.fixed(record.duration, 3), file.placedTitle,
                         file.past?.words(now: now) ?? ""]
            return cells.map { MarkupText.csv($0) }.joined(separator: ",")
        }
        return ([Self.columns.joined(separator: ",")] + rows).map { $0 + "\r\n" }.joined()
    }

    var markdown: String {
        var text = "# Punch list\n\n"
        if let caveat = run.caveat { text += "> **Note:** \(MarkupText.plainMarkdown(caveat))\n\n" }
        text += MarkupText.plainMarkdown(RunReport(run).verdict.words) + "; pass rate \(run.passRate), of all files found (run \(MarkupText.markdown(run.status.id))).\n\n"
        guard !files.isEmpty else { return text + "Nothing to do.\n" }
        var groups: [String: (files: Int, records: Int)] = [:]
        for file in files {
            groups[Self.category(file.record.file), default: (0, 0)].files += 1
            groups[Self.category(file.record.file), default: (0, 0)].records += file.own
        }
        text += "| category | files | failed records |\n|---|---:|---:|\n"
        for (name, counts) in groups.sorted(by: { (-$0.value.files, $0.key) < (-$1.value.files, $1.key) }) {
            text += "| \(MarkupText.markdown(name)) | \(Human.count(counts.files)) | \(Human.count(counts.records)) |\n"
        }
        text += "\n| | file | what | failed records | consequences | past |\n|---|---|---|---:|---:|---|\n"
        for file in files {
            text += "| [ ] | \(MarkupText.markdown(file.place)) | \(MarkupText.markdown(SafeText.line(file.title, limit: 160))) | \(Human.count(file.own))"
                + " | \(Human.count(file.consequences)) | \(MarkupText.plainMarkdown(file.past?.words(now: now) ?? "")) |\n"
        }
        return text
    }
}
