public import Fleet
import Platform
import RemoteKit

/// The list that `runs` prints.
public enum RunsTable {
    /// One line a run, in the order given, under a header.
    /// - Parameters:
    ///   - runs: what is known of each.
    ///   - now: seconds since 1970, for the age.
    public static func text(_ runs: [RunStatus], now: Double, style: Style) -> String {
        let header = ["run", "project", "age", "phase", "files", "passed", "failed", "blocked", "untested", "time", "branch", "commit", "by"]
        let rows = [header] + runs.map { cells($0, now) }
        let widths = header.indices.map { column in rows.map { Columns.width($0[column]) }.max() ?? 0 }
        return rows.enumerated().map { number, cells in
            let line = cells.enumerated().map { column, text in
                isLeft(column) ? Columns.left(text, widths[column]) : Columns.right(text, widths[column])
            }.joined(separator: "  ").trimmed
            return style.paint(Columns.cut(line, style.width), number == 0 ? .dim : nil) + "\n"
        }.joined()
    }

    private static func isLeft(_ column: Int) -> Bool { column < 2 || column == 3 || column > 9 }

    private static func cells(_ run: RunStatus, _ now: Double) -> [String] {
        let ended = run.phase == .finished || run.phase == .interrupted
        let untested = (run.outcomes[.untested] ?? 0) + (ended ? run.missing : 0)
        return [run.id, word(run.project, 24), Human.duration(max(0, now - run.createdAt)), run.phase.rawValue,
                Human.count(run.total), Human.count(run.passed), Human.count(run.failed),
                Human.count(run.keptOut), Human.count(untested),
                run.startedAt == nil ? "-" : Human.duration(run.elapsed(at: now)),
                word(run.source?.branch, 30), commit(run.source), word(run.startedBy, 60)]
    }

    private static func word(_ text: String?, _ limit: Int) -> String {
        guard let text, !text.isEmpty else { return "-" }
        return SafeText.line(text, limit: limit)
    }

    private static func commit(_ source: SourceState?) -> String {
        guard let commit = source?.commit, !commit.isEmpty else { return "-" }
        return SafeText.line(String(commit.prefix(10)), limit: 10) + CommitMark.of(dirty: source?.dirty)
    }
}

extension String {
    /// Without the blanks that fill up a last column.
    fileprivate var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}

extension RunsTable {
    public static func screen(_ runs: [RunStatus], now: Double, style: Style) -> ScreenText { ScreenText(text(runs, now: now, style: style), style) }
}
