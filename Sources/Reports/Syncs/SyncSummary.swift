import Platform
public import TreeSync

/// What a sync did, in figures. Links count with the files, and folders for themselves.
public struct SyncSummary: Sendable, Equatable {
    /// Files, or folders, of one fate.
    public struct Counts: Sendable, Equatable {
        public var files: Int
        public var folders: Int

        public init(files: Int, folders: Int = 0) {
            self.files = files
            self.folders = folders
        }

        var isEmpty: Bool { files == 0 && folders == 0 }
    }

    /// Entries of the source tree.
    public var source: Counts
    public var created: Counts
    public var updated: Counts
    public var deleted: Counts
    /// Bytes of content that moved, or in a dry run would at most move, and bytes that went over the connection for them.
    public var bytes: Int
    public var sent: Int
    public var seconds: Double
    public var isDryRun: Bool

    public init(source: Counts, created: Counts, updated: Counts, deleted: Counts, bytes: Int, sent: Int, seconds: Double,
                isDryRun: Bool = false) {
        self.source = source
        self.created = created
        self.updated = updated
        self.deleted = deleted
        self.bytes = bytes
        self.sent = sent
        self.seconds = seconds
        self.isDryRun = isDryRun
    }

    /// One line, without its end.
    public var text: String {
        let time = Human.duration(seconds)
        guard !created.isEmpty || !updated.isEmpty || !deleted.isEmpty else { return "up to date: \(Self.text(source)), checked in \(time)" }
        let changes = [(created, "created"), (updated, "updated"), (deleted, "deleted")]
            .filter { !$0.0.isEmpty }.map { "\(Self.text($0.0)) \($0.1)" }.joined(separator: ", ")
        if isDryRun {
            let content = bytes > 0 ? "at most \(Human.bytes(bytes)) to send" : "nothing to send"
            return "would sync \(Self.text(source)): \(changes), \(content); nothing was changed"
        }
        return "synced \(Self.text(source)): \(changes), \(Human.bytes(bytes)) (\(Human.bytes(sent)) sent) in \(time)"
    }

    private static func text(_ counts: Counts) -> String {
        let folders = Human.count(counts.folders, "folder")
        if counts.files == 0, counts.folders > 0 { return folders }
        return Human.count(counts.files, "file") + (counts.folders > 0 ? " and \(folders)" : "")
    }
}

extension SyncSummary {
    /// What a sync's report says, in a line.
    public init(_ report: TreeSync.SyncReport) {
        func counts(_ all: TreeSync.SyncReport.Counts...) -> Counts {
            Counts(files: Int(clamping: all.reduce(0) { $0 + $1.files + $1.links }), folders: Int(clamping: all.reduce(0) { $0 + $1.directories }))
        }
        self.init(source: counts(report.seen), created: counts(report.created), updated: counts(report.updated, report.touched), deleted: counts(report.deleted),
                  bytes: Int(clamping: report.bytesLiteral), sent: Int(clamping: report.bytesToReceiver),
                  seconds: report.secondsListing + report.secondsMoving + report.secondsFinishing, isDryRun: report.isDryRun)
    }
}
