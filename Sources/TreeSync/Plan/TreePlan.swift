/// What a sync comes to, besides the actions that are handed out folder by folder.
struct TreePlan: Sendable {
    /// Entries of the source, the root not counted.
    var seen = SyncReport.Counts()
    /// Those that need nothing.
    var unchanged = SyncReport.Counts()
    /// What cannot be done for one path.
    var problems: [SyncProblem] = []
    /// Further names of files and links, in the order of the walk. They are made when all contents are there.
    var hardLinks: [PlannedHardLink] = []
    /// Files and links of the manifest that may have further names, by the number of the first name.
    var hardLinkSources: [Int: HardLinkSource] = [:]
    /// What only the destination has and is to go, in an order in which it can.
    var deletions: [PlannedDeletion] = []
    /// Files and links that the destination has; those that the rules protect are not counted.
    var existing = 0
    /// Files and links among them that are to be deleted, also in folders that something else takes the place of.
    var deleted = 0
    /// What the destination has that may be used again.
    var localFiles = LocalFiles()
    /// Folders whose attributes are set at the end, in the order of the walk.
    private var folders: [(path: [UInt8], attributes: Attributes)] = []
    /// Those of them whose attributes change only where a hard link is made in them.
    private var unsure: Set<[UInt8]> = []

    /// Notes that a folder's attributes are to be set at the end.
    /// - Parameter isUnsure: whether that is so only where a hard link is made in it.
    mutating func setAtEnd(_ path: [UInt8], _ attributes: Attributes, isUnsure: Bool) {
        folders.append((path, attributes))
        if isUnsure { unsure.insert(path) }
    }

    /// Folders whose attributes are set at the end, in the order of the walk.
    /// - Parameter touched: those in which hard links were made.
    func folders(touched: Set<[UInt8]>) -> [(path: [UInt8], attributes: Attributes)] {
        folders.filter { !unsure.contains($0.path) || touched.contains($0.path) }
    }

    /// Whether so much would be deleted that source or destination may be the wrong one: more than half of at least 20 files,
    /// or anything where the source is empty.
    func isMassDeletion(sourceIsEmpty: Bool) -> Bool {
        deleted > 0 && (sourceIsEmpty || (existing >= 20 && deleted * 2 > existing))
    }
}
