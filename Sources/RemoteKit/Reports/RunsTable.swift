public import Fleet

/// The list that `runs` prints.
public enum RunsTable {
    /// One line a run, in the order given, under a header.
    /// - Parameters:
    ///   - runs: what is known of each.
    ///   - now: seconds since 1970, for the age.
    public static func text(_ runs: [RunStatus], now: Double, style: Style) -> String {
        guard !runs.isEmpty else { return "no runs yet; start one with slt-remote run\n" }
        let header = ["run", "age", "phase", "files", "passed", "failed", "blocked", "untested", "time"]
        let rows = [header] + runs.map { cells($0.clamped(), now) }
        let widths = header.indices.map { column in rows.map { Columns.width($0[column]) }.max() ?? 0 }
        return rows.enumerated().map { number, cells in
            let line = cells.enumerated().map { column, text in
                column == 0 || column == 2 ? Columns.left(text, widths[column]) : Columns.right(text, widths[column])
            }.joined(separator: "  ")
            return style.paint(Columns.cut(line, style.width), number == 0 ? .dim : nil) + "\n"
        }.joined()
    }

    private static func cells(_ run: RunStatus, _ now: Double) -> [String] {
        let ended = run.phase == .finished || run.phase == .interrupted
        let untested = (run.outcomes[.untested] ?? 0) + (ended ? run.missing : 0)
        return [SafeText.line(run.id, limit: 40), Human.duration(max(0, now - run.createdAt)), run.phase.rawValue,
                Human.count(run.total), Human.count(run.passed), Human.count(run.failed),
                Human.count(run.outcomes[.skipped] ?? 0), Human.count(untested),
                run.startedAt == nil ? "-" : Human.duration(run.elapsed(at: now))]
    }
}
