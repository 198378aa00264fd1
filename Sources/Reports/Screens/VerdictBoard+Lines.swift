import Fleet
import Platform
public import RemoteKit

/// The board as a screen, and as lines for a log.
extension VerdictBoard {
    /// The screen: the verdict at the top, what is at work, what fails, and the keys at the bottom. No line is wider than `style.width`.
    public func lines(_ style: Style) -> [String] {
        let verdict = style.paint(Columns.cut(summary, style.width), self.verdict == .open ? .yellow : self.verdict == .pass ? .green : .red)
        var lines = [style.paint(Columns.cut(title, style.width), .dim), verdict, Columns.cut(work, style.width), ""]
        let room = style.height.map { max(1, $0 - 2 - lines.count) } ?? .max
        lines += detail(style, room)
        if let height = style.height {
            lines = Array(lines.prefix(max(1, height - 2)))
            while lines.count < height - 2 { lines.append("") }
        }
        return lines + [style.paint(Columns.cut("q quit   a run all   f run what failed" + (offersReduction ? "   r reduce the first failure" : ""), style.width), .dim)]
    }

    /// The same for a terminal.
    public func screen(_ style: Style) -> [ScreenText] { lines(style).map { ScreenText($0, style) } }

    private var title: String {
        let host = SafeText.line(host, limit: 40)
        return tree.isEmpty ? "watching for \(host)" : "watching \(SafeText.line(tree, limit: 200)) for \(host)"
    }

    private var work: String {
        let last = sync.map { "; \($0)" } ?? ""
        switch activity {
        case .connecting: return "connecting to \(SafeText.line(host, limit: 40))"
        case .syncing: return "syncing" + last
        case .building(let command): return "building: " + SafeText.line(command, limit: 300)
        case .running(let stage, let done, let total): return "running \(Self.words(stage, total)): \(Human.count(done)) done" + last
        case .resting: return "waiting for a change" + last
        case .stuck(let why), .offline(let why): return SafeText.sentence(why, limit: 500)
        }
    }

    /// What there is to look at: the words of a build that runs or failed, else the failures, the first of them with its SQL and rows.
    private func detail(_ style: Style, _ room: Int) -> [String] {
        let words = (notices.suffix(2).map { style.paint(Columns.cut(SafeText.line($0, limit: 500), style.width), .yellow) }
            + aside.map { Columns.cut(SafeText.line($0, limit: 500), style.width) }).suffix(max(1, room / 2))
        let room = max(1, room - words.count)
        if isBuilding, !buildLines.isEmpty { return buildLines.suffix(room).map { Columns.cut("  " + $0, style.width) } + words }
        let failing = failing
        let shown = failing.compactMap { record in
            FailureLine.text(record, upwards: upwards, style: Style(color: false, unicode: style.unicode, width: style.width)).map { style.paint(Columns.cut($0, style.width), .red) }
        }
        guard shown.count < room else { return shown.prefix(max(1, room - 1)) + ["… and \(Human.count(failing.count - max(1, room - 1), "more file"))"] + words }
        return shown + first(failing.first, style, room - shown.count) + (words.isEmpty || shown.isEmpty || shown.count == room ? [] : [""]) + words
    }

    /// The SQL and the rows of a file's first failure, if there is room for some.
    private func first(_ record: FileRecord?, _ style: Style, _ room: Int) -> [String] {
        guard let record, room > 4 else { return [] }
        let most = room - 3
        let extent = FailureSection.Extent(files: 1, records: 1, lines: most, sql: max(1, most / 3), rows: max(2, most - most / 3), consequences: 0)
        let plain = Style(color: false, unicode: style.unicode, width: style.width)
        let lines = FailureSection(files: [ReportedFile(record)], total: 1, extent: extent, all: "").lines(plain, now: 0).dropFirst(2).dropLast()
        return lines.isEmpty ? [] : [""] + lines.prefix(most).map { line in
            let paint: Style.Paint? = switch line.first(where: { $0 != " " }) {
            case "-": .green
            case "+": .red
            default: nil
            }
            return paint.map { style.paint(Columns.cut(line, style.width), $0) } ?? Columns.cut(line, style.width)
        }
    }

    private var isBuilding: Bool {
        switch activity {
        case .building, .stuck: true
        default: false
        }
    }

    /// What an event is worth a line for, on stdout where nothing is drawn: each verdict of few files, each failure of all, and what it comes to.
    public func line(of event: WatchEvent, _ style: Style) -> ScreenText? {
        switch event {
        case .verdict(let record, let fails):
            if record.outcome.isFailure, !fails { return brief("KNOWN", .yellow, record, style) }
            if let failure = FailureLine.screen(record, upwards: upwards, style: style) { return ScreenText(failure.text + "\n", style) }
            return record.outcome == .pass ? brief("PASS", .green, record, style) : nil
        case .done(let stage, let status, let seconds):
            let (word, paint) = ending(status)
            let failed = found.failed > 0 ? ", \(Human.count(found.failed)) failed" : ""
            return ScreenText("\(style.paint(word, paint)): \(Self.words(stage, status.total))\(failed), after \(BriefTime.text(seconds)); now: \(summary)\n", style)
        default: return nil
        }
    }

    /// A file of few in a line.
    private func brief(_ word: String, _ paint: Style.Paint, _ record: FileRecord, _ style: Style) -> ScreenText? {
        guard case .running(let stage, _, _) = activity, stage != .all else { return nil }
        let time = "[\(Columns.right(Human.duration(record.duration), 7))]"
        return ScreenText(style.paint(Columns.right(word, 10), paint) + " \(time) \(upwards)\(SafeText.line(record.file, limit: 500))\n", style)
    }

    /// What a run came to. One that left files out, or ran none, has shown nothing.
    private func ending(_ status: RunStatus) -> (String, Style.Paint) {
        if found.failed > 0 { return ("FAILED", .red) }
        let isWhole = status.phase == .finished && (status.outcomes[.untested] ?? 0) == 0 && (status.outcomes[.pass] ?? 0) + found.known > 0
        return isWhole ? ("PASSED", .green) : ("INCOMPLETE", .yellow)
    }
}
