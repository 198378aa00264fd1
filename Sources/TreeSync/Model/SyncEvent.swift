/// What a sync says while it works. Events come from several threads, one at a time.
public enum SyncEvent: Sendable {
    case progress(SyncProgress)
    case change(SyncChange)
    case problem(SyncProblem)
}

/// How far a sync is, as the side that reports it knows.
public struct SyncProgress: Sendable, Hashable, Codable {
    /// Entries of the source that are listed so far.
    public var entriesListed = 0
    /// Files whose content moves, known so far, and those done.
    public var filesToMove = 0
    public var filesMoved = 0
    /// Their bytes, before compression.
    public var bytesToMove: UInt64 = 0
    public var bytesMoved: UInt64 = 0

    public init() {}
}

/// Where events go.
public typealias SyncEventHandler = @Sendable (SyncEvent) -> Void
