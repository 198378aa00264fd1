import Platform
public import RemoteKit
import TreeSync

/// One sync of a tree that is watched, in a line.
public enum WatchedSyncLine {
    /// How many paths are named.
    private static let shown = 3

    /// - Returns: `nil` for one that brought nothing, unless it is the first.
    public static func text(_ sync: WatchedSync) -> String? {
        let problems = sync.report.isPartial ? "; \(Human.count(sync.report.problemCount, "problem"))" : ""
        guard sync.isFirst || sync.report.changed || sync.report.isPartial else { return nil }
        if sync.isWhole { return SyncSummary(sync.report).text + problems }
        return "synced \(named(sync)) in \(BriefTime.text(sync.seconds))" + problems
    }

    /// The files, where they are few; else how many.
    private static func named(_ sync: WatchedSync) -> String {
        let changes = sync.changes.filter { $0.type != .directory }
        // Where only folders changed, they are what there is to name.
        let meant = changes.isEmpty ? sync.changes : changes
        guard meant.count > shown || meant.isEmpty else {
            return meant.map { SafeText.line($0.path.description, limit: 200) + ($0.kind == .delete ? " (deleted)" : "") }.joined(separator: ", ")
        }
        return Human.count(meant.count, "change")
    }
}
