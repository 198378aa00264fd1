/// What a sync says while it works. Events come from several threads, one at a time.
public enum SyncEvent: Sendable {
    /// How far the sync is; about twenty times a second.
    case progress(SyncProgress)
    /// One difference that was removed or, in a dry run, would be.
    case change(SyncChange)
    /// Something that could not be done for one path, or a note.
    case problem(SyncProblem)
}

/// How far a sync is, as the side that reports it knows.
public struct SyncProgress: Sendable, Hashable, Codable {
    /// Entries of the source that are listed so far.
    public var entriesListed = 0
    /// Files whose content moves, as far as is known.
    public var filesToMove = 0
    /// Files whose content has moved.
    public var filesMoved = 0
    /// Their bytes, before compression.
    public var bytesToMove: UInt64 = 0
    /// Bytes that have moved, before compression.
    public var bytesMoved: UInt64 = 0

    /// Nothing is done yet.
    public init() {}
}

/// Where events go.
public typealias SyncEventHandler = @Sendable (SyncEvent) -> Void
