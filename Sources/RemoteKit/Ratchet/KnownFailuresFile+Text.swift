import Fleet
import Platform

extension KnownFailuresFile {
    /// At the top of each file.
    static let header = [
        "# Known failures: what is listed here and fails as it says does not make a run fail. A failure of another kind does, and so does one",
        "# whose day in 'expires' is over. slt-remote writes this file anew in a fixed order; reasons, issues, dates and the comments",
        "# above an entry are yours, and stay.",
    ]

    static let pinnedComment = "# Files that are kept out in these ways are all listed below; any other one makes a run fail."

    /// The file as text: entries in the order of their files, then of their records' digests, so that moved lines move nothing here.
    public func text() -> String {
        var blocks = [Self.header.joined(separator: "\n")]
        if !preamble.isEmpty { blocks.append(preamble.joined(separator: "\n")) }
        if !pinned.isEmpty {
            let names = Self.pinnable.filter { pinned.contains($0.outcome) }.map { SettingValue.quoted($0.name) }
            blocks.append("\(Self.pinnedComment)\npinned = [\(names.joined(separator: ", "))]")
        }
        blocks += entries.sorted { Self.isBefore($0.failure, $1.failure) }.map(Self.text)
        for (name, outcome) in Self.pinnable {
            blocks += pins.filter { $0.files.outcome == outcome }.sorted { $0.files.files < $1.files.files }.map { Self.text($0, name) }
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private static func isBefore(_ one: KnownFailure, _ other: KnownFailure) -> Bool {
        (one.file, one.outcome.rawValue, one.record?.digest ?? "", one.record?.occurrence ?? 0) < (other.file, other.outcome.rawValue, other.record?.digest ?? "", other.record?.occurrence ?? 0)
    }

    private static func text(_ entry: Entry) -> String {
        let failure = entry.failure
        var lines = entry.comments
        if let whereabouts = entry.whereabouts { lines.append(whereaboutsMark + whereabouts) }
        lines += ["[[failure]]", "file = \(SettingValue.quoted(failure.file))"]
        if let record = failure.record {
            lines.append("record = { sql = \(SettingValue.quoted(record.digest)), occurrence = \(record.occurrence) }")
        } else {
            lines.append("outcome = \(SettingValue.quoted(failure.outcome.rawValue))")
        }
        if let kind = failure.kind { lines.append("kind = \(SettingValue.quoted(kind.rawValue))") }
        lines.append("reason = \(SettingValue.quoted(failure.reason ?? ""))")
        if let issue = failure.issue { lines.append("issue = \(SettingValue.quoted(issue))") }
        if let expires = failure.expires { lines.append("expires = \(expires)") }
        return lines.joined(separator: "\n")
    }

    private static func text(_ pin: Pin, _ table: String) -> String {
        (pin.comments + ["[[\(table)]]", "files = \(SettingValue.quoted(pin.files.files))", "reason = \(SettingValue.quoted(pin.files.reason ?? ""))"]).joined(separator: "\n")
    }

    /// Where a failure is and what it is about, in one line.
    static func whereabouts(_ finding: Judgement.Finding) -> String {
        let line = finding.line.map { ":\($0)" } ?? ""
        let place = finding.script.map { "\(finding.file) (\($0)\(line))" } ?? finding.file + line
        let text = finding.sql.isEmpty ? finding.message : finding.sql
        let words = text.split { $0.isWhitespace }.joined(separator: " ")
        return SafeText.line(place, limit: 300) + ": " + SafeText.line(words, limit: 120)
    }
}
