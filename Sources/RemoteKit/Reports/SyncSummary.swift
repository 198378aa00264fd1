/// What a sync did, in figures.
public struct SyncSummary: Sendable, Equatable {
    /// Entries of the source tree.
    public var files: Int
    public var created: Int
    public var updated: Int
    public var deleted: Int
    /// Bytes of the files that changed, and bytes that went over the connection for them.
    public var bytes: Int
    public var sent: Int
    public var seconds: Double
    public var isDryRun: Bool

    public init(files: Int, created: Int, updated: Int, deleted: Int, bytes: Int, sent: Int, seconds: Double,
                isDryRun: Bool = false) {
        self.files = files
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
        guard created > 0 || updated > 0 || deleted > 0 else { return "up to date: \(Human.count(files, "file")), checked in \(time)" }
        let changes = [(created, "created"), (updated, "updated"), (deleted, "deleted")]
            .filter { $0.0 > 0 }.map { "\(Human.count($0.0)) \($0.1)" }.joined(separator: ", ")
        if isDryRun { return "would change \(changes) of \(Human.count(files, "file")), \(Human.bytes(bytes)); nothing was changed" }
        return "synced \(Human.count(files, "file")): \(changes), \(Human.bytes(bytes)) (\(Human.bytes(sent)) sent) in \(time)"
    }
}
