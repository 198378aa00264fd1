/// What the side that starts a sync wants; the other side gets it in the first message.
public struct SyncOptions: Sendable, Codable, Hashable {
    /// Delete on the receiver what the sender does not have and the rules do not protect.
    public var delete: Bool
    /// Only list what would change.
    public var dryRun: Bool
    /// Compare all contents, not only those of files whose size or modification time differs.
    public var checksum: Bool
    /// Delete even where it looks like a mistake (see ``SyncError/Code/massDeletion``).
    public var force: Bool
    /// Report each change as an event; a dry run always does.
    public var itemize: Bool
    /// Whether content is packed.
    public var compression: Compression
    /// Delete on the receiver also what the rules exclude; `.git` stays all the same.
    public var deleteExcluded = false

    /// Content alone says what differs, and times are the receiver's: a file that is new or gets other content has the time of its arrival,
    /// all others keep theirs. For trees that are made like one commit after another, so that a build sees what changed and nothing else.
    public var freshTimes = false

    /// Folders in which nothing has changed since the last sync are not listed; what the receiver has there stays as it is.
    public var isPart = false

    /// The other side is some milliseconds away, where bytes are taken to be dearer than work until more is known.
    public var isFar = false

    /// Whether content is packed on its way.
    public enum Compression: String, Sendable, Codable {
        /// zstd, as hard as the link asks for, of what shrinks.
        case adaptive
        /// zstd at its quickest, of what shrinks.
        case always
        /// As it is.
        case never
    }

    /// The defaults are those of a plain sync.
    public init(delete: Bool = true, dryRun: Bool = false, checksum: Bool = false, force: Bool = false,
                itemize: Bool = false, compression: Compression = .adaptive) {
        self.delete = delete
        self.dryRun = dryRun
        self.checksum = checksum
        self.force = force
        self.itemize = itemize
        self.compression = compression
    }

    /// Whether the content of files of one size is compared whatever their times are.
    var comparesContent: Bool { checksum || freshTimes }
    var reportsChanges: Bool { dryRun || itemize }
}
