/// What a path of the destination has to become. Plans are values; ``Receiver`` carries them out.
enum PlannedAction: Sendable {
    /// Nothing is there yet: what is made is ours. It is noted before it is made.
    case own(TreePath)
    /// - replacing: what is in the way.
    case makeDirectory(TreePath, replacing: EntryKind?)
    case makeLink(TreePath, target: [UInt8], Attributes, Replacement, SyncChange.Differences)
    case fetch(PendingFile)
    /// The size is the same and the time is not, or all contents are compared.
    case compare(PendingFile, local: Attributes)
    case setAttributes(SyncChange, Attributes)
    /// Left over from an interrupted sync.
    case removeStale(TreePath)
    /// A folder whose own attributes differ, and are set at the end; or the root, where it had to be made.
    case noteDirectory(SyncChange)
}
