/// Compares the sender's manifest, folder by folder as it comes, with what the destination has: listings in, actions out.
///
/// It reads no disk and changes nothing. For each folder of the manifest, in its order:
///
/// ```swift
/// var folder = try planner.enter(listing, isUnreadable: false)
/// if folder.readsDestination { folder.destination = … }                  // what the destination has in it
/// for var removal in planner.removals(for: folder) {                     // usually none
///     while let path = removal.next { removal.add(…) }                   // what it has in a folder that may have to go
///     folder.removals[removal.nameStart] = removal
/// }
/// try planner.plan(folder, into: &actions)
/// ```
///
/// What holds whatever the listings are:
/// - Nothing that the sender's rules exclude is changed, replaced or deleted, unless it is asked for with `deleteExcluded`.
/// - Where only what earlier syncs wrote is ours (`owned`), nothing else is changed, replaced or deleted.
/// - What cannot be read, on either side, stays as it is.
/// - A folder is made before what it holds and deleted after it.
struct TreePlanner {
    let options: SyncOptions
    let policy: ReceiverPolicy
    let owned: (any OwnedPaths)?
    /// What all folders so far come to.
    var result = TreePlan()
    var shares = SharedFiles()
    private var expected: [PlannedFolder.Expected]
    private let rootDifferences: SyncChange.Differences
    private var nextID = 0
    private var listingBytes = 0

    /// What the root is, and is to become.
    struct Root: Sendable {
        /// As the manifest has it.
        var wanted: Attributes
        /// As it is; `nil` where it is missing.
        var present: Attributes?
        /// Whether it was not there before this sync.
        var isNew = false
    }

    /// - Parameters:
    ///   - scope: the sender's rules above the root.
    ///   - owned: what may be changed or deleted at all, where that is less than everything.
    init(options: SyncOptions, policy: ReceiverPolicy, scope: RuleScope, owned: (any OwnedPaths)? = nil, root: Root) {
        self.options = options
        self.policy = policy
        self.owned = owned
        var wanted = root.wanted
        wanted.mode &= policy.modeMask
        if !policy.allowsSpecialModes, let present = root.present { wanted.mode = present.mode }
        rootDifferences = root.isNew ? .isNew : root.present.map { Self.differences(wanted, $0, policy) } ?? []
        expected = [PlannedFolder.Expected(path: [], scope: scope, meeting: root.present == nil ? .missing : .existing, attributes: wanted,
                                           isDirty: root.present == nil || rootDifferences != [])]
    }

    /// Whether the sender owes no more folders.
    var isComplete: Bool { expected.isEmpty }

    // MARK: Folder by folder

    /// Takes the next folder of the manifest in.
    /// - Throws: `violation` where no folder is to come; `limit` where the policy forbids its paths.
    mutating func enter(_ source: DirectoryListing, isUnreadable: Bool) throws(SyncError) -> PlannedFolder {
        guard let next = expected.popLast() else { throw SyncError.violation("more folders than it listed") }
        var source = source
        source.path = next.path
        try checkLengths(source)
        var folder = PlannedFolder(next, source: source, firstID: nextID, isUnreadable: isUnreadable)
        nextID += source.entries.count
        for (index, entry) in source.entries.enumerated() {
            result.seen.add(entry.kind)
            if case .first = entry.linkage { result.hardLinkSources[folder.firstID + index] = HardLinkSource(type: entry.kind) }
        }
        if folder.path.isEmpty, rootDifferences != [] { folder.actions.append(.noteDirectory(Self.change(of: TreePath([]), rootDifferences))) }
        return folder
    }

    private mutating func checkLengths(_ source: DirectoryListing) throws(SyncError) {
        // Few bytes of a message can name many paths that are long because of the folder they are in.
        listingBytes += source.bytes.count + source.entries.count * (source.path.count + 1)
        guard listingBytes <= policy.listingBytes else { throw policy.listingIsTooLong }
        let longest = source.entries.max { $0.nameLength < $1.nameLength }.map { Int($0.nameLength) } ?? 0
        guard source.path.count + 1 + longest <= policy.pathLength else {
            throw SyncError(.limit, "cannot take the tree: a path in \(TreePath(source.path)) is longer than \(policy.pathLength) bytes")
        }
    }

    /// Plans a folder of which all is known that is needed. What is done at the end is in ``result``.
    /// - Parameter actions: gets what is to be done in the folder, in an order in which it can be.
    /// - Throws: `violation` where the manifest contradicts itself.
    mutating func plan(_ folder: consuming PlannedFolder, into actions: inout [PlannedAction]) throws(SyncError) {
        // No action is copied on its way.
        let begun = folder.actions
        folder.actions = []
        swap(&folder.actions, &actions)
        folder.actions += begun
        defer { actions = folder.actions }
        let linksBefore = result.hardLinks.count
        if folder.meeting == .passedOver {
            for entry in folder.source.entries { folder.passOver(entry) }
        } else if let failure = folder.destination.failure {
            let reason = "cannot be read on the receiver: \(failure.text)"
            result.problems.append(SyncProblem(kind: .unwritable, path: TreePath(folder.path), reason: reason))
            for entry in folder.source.entries { folder.passOver(entry) }
        } else {
            try planEntries(&folder)
        }
        expected += folder.below.reversed()
        // Somebody else's folder keeps its mode and time.
        if folder.path.isEmpty || folder.meeting == .missing || owns(TreePath(folder.path)) {
            let makesLinks = result.hardLinks.count > linksBefore
            if folder.isDirty || makesLinks { result.setAtEnd(folder.path, folder.attributes, isUnsure: !folder.isDirty) }
        }
    }

    /// Goes through the names of both sides, which are in the order of their bytes.
    private mutating func planEntries(_ folder: inout PlannedFolder) throws(SyncError) {
        let source = folder.source, destination = folder.destination, firstID = folder.firstID
        var here = 0
        folder.temporaries = Set(destination.entries.lazy.filter { $0.kind == .file && TemporaryName.matches(destination.name($0)) }
            .map { Array(destination.name($0)) })
        for (index, entry) in source.entries.enumerated() {
            let name = source.name(entry)
            var present: ListedEntry?
            while here < destination.entries.count {
                let other = destination.entries[here]
                let order = DirectoryListing.compare(destination.name(other), name)
                if order > 0 { break }
                if order == 0 { present = other } else { planExtra(other, in: &folder) }
                here += 1
            }
            try plan(entry, firstID + index, over: present, in: &folder)
        }
        for other in destination.entries[here...] { planExtra(other, in: &folder) }
        for name in folder.temporaries { folder.actions.append(.removeStale(TreePath(folder.path).appending(name))) }
    }

    // MARK: Attributes

    static func change(of directory: TreePath, _ differences: SyncChange.Differences) -> SyncChange {
        SyncChange(kind: differences.contains(.isNew) ? .create : .metadata, type: .directory, path: directory, differences: differences)
    }

    static func isSameTime(_ left: Attributes, _ right: Attributes) -> Bool {
        left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
    }

    static func differences(_ wanted: Attributes, _ present: Attributes, _ policy: ReceiverPolicy) -> SyncChange.Differences {
        var differences: SyncChange.Differences = isSameTime(wanted, present) ? [] : .time
        if wanted.mode & policy.modeMask != present.mode & policy.modeMask { differences.insert(.mode) }
        return differences
    }

    /// Whether what is at `path` may be changed or deleted.
    func owns(_ path: @autoclosure () -> TreePath) -> Bool { owned?.contains(path()) ?? true }
}
