/// The outcome of a sync; both sides end with the same one.
public struct SyncReport: Sendable, Codable, Hashable {
    /// How many entries of each kind.
    public struct Counts: Sendable, Codable, Hashable {
        /// Regular files.
        public var files = 0
        /// Folders.
        public var directories = 0
        /// Symbolic links.
        public var links = 0

        /// Nothing counted.
        public init() {}

        /// All of them together.
        public var total: Int { files + directories + links }

        mutating func add(_ other: Counts) {
            files += other.files
            directories += other.directories
            links += other.links
        }

        mutating func add(_ kind: EntryKind) {
            switch kind {
            case .file: files += 1
            case .directory: directories += 1
            case .link: links += 1
            case .skipped: break
            }
        }
    }

    /// Entries of the source; the root itself is not counted.
    public var seen = Counts()
    /// What was not there.
    public var created = Counts()
    /// Other content, target or type.
    public var updated = Counts()
    /// Only mode or modification time set right.
    public var touched = Counts()
    /// What the source does not have.
    public var deleted = Counts()
    /// What was right already.
    public var unchanged = Counts()

    /// Content of all files of the source.
    public var bytesTotal: UInt64 = 0
    /// Content that had to move, before compression; in a dry run, content that would at most have to: what of a large file
    /// need not, because the receiver has it, only the real one finds out.
    public var bytesLiteral: UInt64 = 0
    /// All message bytes from sender to receiver.
    public var bytesToReceiver: UInt64 = 0
    /// All message bytes from receiver to sender.
    public var bytesToSender: UInt64 = 0

    /// The first ``problemLimit`` problems.
    public var problems: [SyncProblem] = []
    /// How many problems there were.
    public var problemCount = 0
    /// The first ``problemLimit`` notes: what is neither file, folder nor link, and what changed while the sync ran.
    public var notes: [SyncProblem] = []
    /// How many notes there were.
    public var noteCount = 0
    /// Whether the receiver lacks something that the source has, or kept something it should not have.
    public var isPartial = false
    /// In a dry run: whether the real one would ask for `force`.
    public var needsForce = false
    /// Whether nothing was changed, because that was asked for.
    public var isDryRun = false

    /// Seconds from the start to the end of the listing, as the receiver measures them.
    public var secondsListing: Double = 0
    /// Seconds from the end of the listing to the last content.
    public var secondsMoving: Double = 0
    /// Seconds for deletions, hard links and the attributes of folders.
    public var secondsFinishing: Double = 0

    /// 32 hexadecimal digits: xxh3-128 of the source's listing in its order, each entry as type, permission bits,
    /// path and, for a file, size and modification time, for a link, its target. Equal digests mean trees that the
    /// quick check finds equal; contents are not read for it, and a folder's own modification time is left out.
    public var treeDigest = ""

    /// The most problems that are kept, and the most notes; ``problemCount`` and ``noteCount`` count all.
    public static let problemLimit = 500

    /// A report of nothing.
    public init() {}

    /// Whether anything changed (or would).
    public var changed: Bool { created.total + updated.total + touched.total + deleted.total > 0 }

    /// - Throws: where a peer tells figures that cannot be added up.
    static func check(_ counts: Int...) throws(SyncError) {
        for count in counts where !(0...1 << 48).contains(count) { throw SyncError.violation("impossible figures") }
    }

    /// This report of a peer, if its figures can be.
    func checked() throws(SyncError) -> SyncReport {
        for counts in [seen, created, updated, touched, deleted, unchanged] { try Self.check(counts.files, counts.directories, counts.links) }
        try Self.check(problemCount, noteCount)
        return self
    }

    mutating func add(_ change: SyncChange) {
        switch change.kind {
        case .create: created.add(change.type)
        case .update: updated.add(change.type)
        case .delete: deleted.add(change.type)
        case .metadata: touched.add(change.type)
        }
    }

    mutating func add(_ problem: SyncProblem) {
        if problem.isNote {
            noteCount += 1
            if notes.count < Self.problemLimit { notes.append(problem) }
        } else {
            problemCount += 1
            isPartial = true
            if problems.count < Self.problemLimit { problems.append(problem) }
        }
    }
}
