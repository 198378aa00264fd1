import Fleet
import Platform
import RemoteKit

/// How a run came out, in words.
struct PageVerdict {
    let text: String
    /// `fail`, `pass` or `aside`.
    let tone: String
    /// What somebody has to know before the figures.
    let caveats: [String]

    init(_ run: ReportedRun) {
        let status = run.status, total = Human.count(status.total, "file"), isOver = run.details.folder.summary != nil
        let (words, paint) = RunReport(run).verdict
        tone = switch paint {
        case .red: "fail"
        case .green: "pass"
        default: "aside"
        }
        text = Self.capital(isOver ? words : status.failed > 0 ? "\(words) so far" : "\(Human.count(status.passed)) of \(total) passed so far")
        var caveats: [String] = []
        if let caveat = run.caveat { caveats.append(Self.sentence(caveat)) }
        if status.partialSync == true { caveats.append("The sync was partial: some files were tested as they were before.") }
        if let other = status.resumedOn?.last {
            caveats.append("The run was resumed on other sources: \(SafeText.line("\(status.source?.words ?? "unknown sources"), then \(other.words)", limit: 300)).")
        }
        let missing = max(0, status.total - status.done)
        if isOver, missing > 0 { caveats.append("\(Human.count(missing, "file")) \(missing == 1 ? "has" : "have") no record.") }
        if status.done > status.total { caveats.append("There are \(Human.count(status.done, "record")) for \(total): the run directory is damaged.") }
        self.caveats = caveats
    }

    private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// Begins with a capital letter and ends with a point.
    private static func sentence(_ text: String) -> String {
        let text = capital(text)
        return text.hasSuffix(".") || text.hasSuffix("!") ? text : text + "."
    }
}
