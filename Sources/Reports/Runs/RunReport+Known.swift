import Fleet
import Platform
import RemoteKit

/// What a run comes to by the failures that were known when it started.
extension RunReport {
    /// Of a run in which only known failures failed.
    func knownVerdict(_ total: String) -> String { "\(Human.count(status.passed)) of \(total) passed, \(Human.count(status.failed)) known to fail" }

    /// Files that failed, those apart of which all that fails is known to.
    var failuresByKnowledge: (new: [ReportedFile], known: [ReportedFile]) {
        guard let new = judgement?.filesToMend else { return (failures, []) }
        return (failures.filter { new.contains($0.record.file) }, failures.filter { !new.contains($0.record.file) })
    }

    /// Files of which all that fails is known to.
    var knownFiles: Int { judgement.map { Set($0.known.map(\.file)).subtracting($0.filesToMend).count } ?? 0 }

    /// A line for each thing there is, and what to do about it.
    func knownFailures(_ style: Style) -> [String] {
        guard let found = judgement else { return [] }
        let command = CommandWords(host: nil, options: options)
        let update = command.text(["known-failures", "update"], [status.id])
        var lines: [String] = []
        if !found.known.isEmpty { lines.append(style.paint(Human.count(found.known.count, "known failure"), .yellow)) }
        lines += list("new failures", found.new, style) { finding in
            if let unnamed = finding.unnamed { return "\(Human.count(unnamed, "failure")) more that the record does not name" }
            guard let entry = finding.entry, let kind = entry.kind else { return words(finding) }
            return words(finding) + " (known to fail with: \(kind.words))"
        }
        lines += list("known failures whose day is over", found.expired, style) { finding in words(finding) + " (until \(SafeText.line(finding.entry?.expires ?? "", limit: 20)))" }
        if !found.fixed.isEmpty {
            let first = found.fixed.prefix(3).map { SafeText.line($0.file, limit: 200) }.joined(separator: ", ")
            lines.append(style.paint("\(Human.count(found.fixed.count, "known failure")) no longer \(found.fixed.count == 1 ? "fails" : "fail"): \(first)"
                + (found.fixed.count > 3 ? ", …" : "") + "; remove with: \(update)", .green))
        }
        if !found.unexpectedSkips.isEmpty {
            lines.append(style.paint("not run, and not among the pinned files (\(Human.count(found.unexpectedSkips.count))):", .red))
            lines += shown(found.unexpectedSkips.map { "\(SafeText.line($0.path, limit: 200)): \($0.outcome.word) (\(SafeText.line($0.reason, limit: 200)))" })
        }
        if !found.unpinned.isEmpty {
            let first = found.unpinned.prefix(3).map { SafeText.line($0.files, limit: 200) }.joined(separator: ", ")
            lines.append("pinned as not run, and run now: \(first)" + (found.unpinned.count > 3 ? ", …" : "") + "; remove with: \(update)")
        }
        if found.hiddenUntested > 0 {
            lines.append(style.paint("\(Human.count(found.hiddenUntested, "file")) ended at a known failure; the records behind it are untested", .yellow))
        }
        return lines
    }

    private func list(_ title: String, _ findings: [Judgement.Finding], _ style: Style, _ words: (Judgement.Finding) -> String) -> [String] {
        guard !findings.isEmpty else { return [] }
        // As the workers found them they would come in another order each time.
        let findings = findings.sorted { ($0.file, $0.line ?? .max) < ($1.file, $1.line ?? .max) }
        return [style.paint("\(title) (\(Human.count(findings.count))):", .red)]
            + shown(findings.prefix(failuresShown + 1).map { RecordPlace.text($0.file, $0.line, script: $0.script) + ": " + words($0) }, of: findings.count)
    }

    private func shown(_ lines: [String], of count: Int? = nil) -> [String] {
        let left = max(count ?? 0, lines.count) - min(lines.count, failuresShown)
        return lines.prefix(failuresShown).map { "  " + $0 } + (left > 0 ? ["  … and \(Human.count(left)) more"] : [])
    }

    private func words(_ finding: Judgement.Finding) -> String {
        let message = SafeText.line(finding.message, limit: 200)
        guard finding.record != nil else { return finding.outcome.word + (message.isEmpty ? "" : ": " + message) }
        return (finding.kind.map { $0 == .other ? "" : $0.words + ": " } ?? "") + message
    }
}
