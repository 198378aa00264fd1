import Fleet
import Platform
public import RemoteKit

/// A list of known failures, and what an update did to it, in words.
public enum KnownFailuresReport {
    public static func screen(_ file: KnownFailuresFile, now: Double, style: Style) -> ScreenText { ScreenText(text(file, now: now, style), style) }

    /// A line for each entry, then what is pinned, then how many there are.
    static func text(_ file: KnownFailuresFile, now: Double, _ style: Style) -> String {
        var lines = file.entries.map(\.failure).sorted { ($0.file, $0.record?.digest ?? "") < ($1.file, $1.record?.digest ?? "") }.map { failure -> String in
            let isOver = KnownFailuresFile.isExpired(failure, now: now)
            let end = failure.expires.map { isOver ? "; over since \(word($0))" : "; until \(word($0))" } ?? ""
            return style.paint(words(failure) + why(failure.reason, failure.issue) + end, isOver ? .red : nil)
        }
        lines += file.pins.map { "\($0.files.outcome.word): \(word($0.files.files))" + why($0.files.reason, nil) }
        lines.append(Human.count(file.entries.count, "known failure") + (file.list.pinned.isEmpty ? "" : "; pinned: " + file.list.pinned.map(\.word).joined(separator: ", ")))
        return lines.map { $0 + "\n" }.joined()
    }

    /// `test/a.test: wrong rows, record 0123456789abcdef`
    private static func words(_ failure: KnownFailure) -> String {
        let what = failure.record.map { (failure.kind ?? .other).words + ", record \(word($0.digest))" + ($0.occurrence > 1 ? " (\($0.occurrence))" : "") } ?? failure.outcome.word
        return "\(word(failure.file)): \(what)"
    }

    private static func why(_ reason: String?, _ issue: String?) -> String {
        let parts = [reason, issue].compactMap(\.self).filter { !$0.isEmpty }.map { SafeText.line($0, limit: 200) }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
    }

    /// What an update did.
    public static func text(_ change: KnownFailuresFile.Change, file: String, run: String, isDryRun: Bool, isExplained: Bool = false) -> String {
        let counts = [(change.added, "added"), (change.removed, "removed"), (change.changed, "changed"), (change.kept, "kept")].map { "\(Human.count($0.0)) \($0.1)" }
        var lines = ["\(word(file)): \(counts.joined(separator: ", ")), from run \(run)" + (isDryRun ? "; nothing was written" : "")]
        if change.notReached > 0 { lines.append("\(Human.count(change.notReached)) of those kept \(change.notReached == 1 ? "was" : "were") not reached by the run") }
        if change.expired > 0 { lines.append("\(Human.count(change.expired)) of those kept are over, and make a run fail: change their dates, or mend them") }
        if change.pinned + change.unpinned > 0 { lines.append("\(Human.count(change.pinned)) pinned, \(Human.count(change.unpinned)) no longer") }
        if change.unnamed > 0 { lines.append("\(Human.count(change.unnamed, "failure")) cannot be listed: a record names at most \(FileRecord.failuresKept) of a file; block such a file instead") }
        if !isExplained, change.added + change.changed > 0 { lines.append("give each new entry a reason or an issue") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Of a list without a fault.
    public static func sound(_ file: KnownFailuresFile) -> String { Human.count(file.entries.count, "known failure") + ", each with a reason; none is over\n" }

    public static func text(_ fault: KnownFailuresFile.Fault) -> String {
        let what = switch fault.kind {
        case .expired: "is over since \(word(fault.failure.expires ?? "")); mend it, or change 'expires'"
        case .unexplained: "has neither a reason nor an issue; add one"
        case .missingFile: "is of a file that is not in the source tree; remove it, unless a build makes the file"
        }
        return "\(word(fault.place)): \(words(fault.failure)): \(what)"
    }

    private static func word(_ text: String) -> String { SafeText.line(text, limit: 300) }
}
