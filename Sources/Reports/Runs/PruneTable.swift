public import RemoteKit
public import Fleet
import Platform

/// What `prune` and `clean` print.
public enum PruneTable {
    /// One line for each run and side, and the sum.
    /// - Parameters:
    ///   - items: what became of the runs.
    ///   - now: seconds since 1970, for the ages.
    ///   - isDryRun: whether all stays so far.
    public static func text(_ items: [PruneJob.Item], host: String, now: Double, isDryRun: Bool, style: Style) -> String {
        let gone = items.filter { $0.kept == nil }, kept = items.filter { $0.kept != nil }
        var text = table([["run", "where", "project", "age", "size"]] + gone.map { item in
            [item.run, item.side == .host ? SafeText.line(host, limit: 60) : "here", SafeText.line(item.project ?? "-", limit: 24),
             Human.duration(max(0, now - item.time)), Human.bytes(item.bytes)]
        }, style)
        for item in kept { text += "kept \(item.run) \(item.side == .host ? "on \(SafeText.line(host, limit: 60))" : "here"): \(SafeText.line(item.kept ?? "", limit: 200))\n" }
        let hosts = gone.filter { $0.side == .host }, homes = gone.filter { $0.side == .home }
        let bytes = Human.bytes(gone.reduce(0) { $0 + $1.bytes })
        return text + (isDryRun ? "would remove " : "removed ") + "\(Human.count(hosts.count, "run")) from \(SafeText.line(host, limit: 60)) and "
            + "\(isDryRun ? "pack" : "packed") \(Human.count(homes.count, "run")) here: \(bytes)\n"
    }

    /// One line for each thing that is not needed.
    public static func text(_ items: [UnneededItem], _ local: [CleanJob.LocalItem], host: String, style: Style) -> String {
        table([["what", "where", "size", "path"]] + items.map { item in
            [words(item.kind), SafeText.line(host, limit: 60), Human.bytes(item.bytes), SafeText.line(item.path, limit: 500) + (item.refusal.map { " (stays: \(SafeText.line($0, limit: 200)))" } ?? "")]
        } + local.map { ["unfinished bundle", "here", Human.bytes($0.bytes), SafeText.line($0.path, limit: 500)] }, style)
    }

    private static func words(_ kind: UnneededItem.Kind) -> String {
        switch kind {
        case .agent: "agent of another release"
        case .unfinishedRun: "unfinished run"
        case .endedRun: "rest of an ended run"
        case .history: "history of a workspace that is gone"
        case .stamp: "note about a workspace that is gone"
        case .buildLog: "build log of no run"
        case .treeWorkspace: "workspace of a tree that is gone or was not used for a month"
        case .bisectWorkspace: "workspace of an interrupted bisect"
        case .bisectRun: "run of an interrupted bisect"
        }
    }

    private static func table(_ rows: [[String]], _ style: Style) -> String {
        guard rows.count > 1 else { return "" }
        let widths = rows[0].indices.map { column in rows.map { Columns.width($0[column]) }.max() ?? 0 }
        return rows.enumerated().map { number, cells in
            let line = cells.enumerated().map { $0 == cells.count - 1 ? $1 : Columns.left($1, widths[$0]) }.joined(separator: "  ")
            return style.paint(Columns.cut(line, style.width), number == 0 ? .dim : nil) + "\n"
        }.joined()
    }
}

extension PruneTable {
    public static func screen(_ text: String, _ style: Style) -> ScreenText { ScreenText(text, style) }
}
