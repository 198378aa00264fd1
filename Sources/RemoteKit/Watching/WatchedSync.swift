public import TreeSync

/// One sync of a tree that is watched.
public struct WatchedSync: Sendable {
    /// What moved. Of a part of the tree, it counts what was looked at.
    public var report: SyncReport
    /// Whether all of the tree was looked at, and not only what changed.
    public var isWhole: Bool
    /// Whether it is the first of this watch.
    public var isFirst: Bool
    /// What changed, in the order of the tree. Empty of the first sync, unless its options ask for it.
    public var changes: [SyncChange]
    /// From the moment at which the change was at rest.
    public var seconds: Double
    /// Whether the host has, or may have, something else than after the sync before: also where others brought it, or nobody knows.
    public var isOther = true
}
