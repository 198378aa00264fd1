/// Compares the sender's manifest, folder by folder as it comes, with what the receiver has, and plans.
///
/// It reads folders and changes nothing.
struct TreeMerger {
    /// How a folder of the manifest is met.
    private enum Meeting {
        case existing
        case missing
        /// Something protected or unreadable is in its place: all in it is passed over.
        case passedOver
    }

    private struct Expected {
        var path: [UInt8]
        var scope: RuleScope
        var meeting: Meeting
        var attributes: Attributes
        var isDirty: Bool
    }

    private let options: SyncOptions
    private let policy: ReceiverPolicy
    private let list: ([UInt8], RuleScope) throws -> DirectoryListing
    private let emit: (PlannedAction) throws -> Void
    private var expected: [Expected] = []
    private let rootDifferences: SyncChange.Differences
    private var nextID = 0
    private var listingBytes = 0
    private var unsure: Set<[UInt8]> = []
    private var shares = SharedFiles()
    /// Temporary files of the folder that is being merged.
    private var leftovers: Set<[UInt8]> = []

    /// What the receiver has that may be used again.
    private(set) var localFiles = LocalFiles()
    private(set) var seen = SyncReport.Counts()
    private(set) var unchanged = SyncReport.Counts()
    private(set) var problems: [SyncProblem] = []
    /// Further names of files, in the order of the walk.
    private(set) var names: [PlannedName] = []
    /// Files of the manifest that may have further names.
    private var named: [Int: TreePath] = [:]
    private(set) var deletions: [PlannedDeletion] = []
    /// Files and links that the receiver has, protected ones not counted, and those of them to be deleted.
    private(set) var existing = 0
    private(set) var doomed = 0
    /// Folders whose attributes are set at the end, in the order of the walk.
    private var dirtyDirectories: [(path: [UInt8], attributes: Attributes)] = []

    /// - Parameters:
    ///   - list: reads one of the receiver's folders.
    ///   - emit: takes each action, in an order in which they can be carried out.
    init(options: SyncOptions, policy: ReceiverPolicy, scope: RuleScope, rootExists: Bool, root: Attributes, rootNow: Attributes?,
         list: @escaping ([UInt8], RuleScope) throws -> DirectoryListing, emit: @escaping (PlannedAction) throws -> Void) {
        self.options = options
        self.policy = policy
        self.list = list
        self.emit = emit
        var wanted = root
        if !policy.allowsSpecialModes, let rootNow { wanted.mode = rootNow.mode }
        rootDifferences = rootNow.map { Self.differences(wanted, $0, policy) } ?? []
        expected = [Expected(path: [], scope: scope, meeting: rootExists ? .existing : .missing, attributes: wanted,
                             isDirty: rootNow == nil || rootDifferences != [])]
    }

    /// Folders whose attributes are set at the end, in the order of the walk.
    /// - Parameter touched: those in which further names of files were made.
    func folders(touched: Set<[UInt8]>) -> [(path: [UInt8], attributes: Attributes)] {
        dirtyDirectories.filter { !unsure.contains($0.path) || touched.contains($0.path) }
    }

    /// Whether the sender still owes folders.
    var isComplete: Bool { expected.isEmpty }

    /// Takes the next folder of the manifest.
    mutating func merge(_ remote: DirectoryListing, isUnreadable: Bool) throws {
        guard var folder = expected.popLast() else { throw SyncError.violation("more folders than it listed") }
        if folder.path.isEmpty, rootDifferences != [] { try emit(.noteDirectory(TreePath([]), rootDifferences)) }
        var remote = remote
        remote.path = folder.path
        let first = nextID
        let namesBefore = names.count
        nextID += remote.entries.count
        try checkLengths(remote)
        let scope = folder.scope.entering(folder.path, gitignore: remote.gitignore, sltignore: remote.sltignore, repositoryExcludes: remote.repositoryExcludes)
        var below: [Expected] = []
        for entry in remote.entries { seen.add(entry.kind) }
        if folder.meeting == .passedOver {
            for entry in remote.entries where entry.kind == .directory { below.append(passedOver(remote, entry, scope)) }
        } else {
            let local = folder.meeting == .existing && !isUnreadable ? try list(folder.path, scope) : DirectoryListing(path: folder.path)
            if let failure = local.failure {
                problems.append(SyncProblem(kind: .unwritable, path: TreePath(folder.path), reason: "cannot be read on the receiver: \(failure.text)"))
                for entry in remote.entries where entry.kind == .directory { below.append(passedOver(remote, entry, scope)) }
            } else {
                try mergeEntries(remote, local, first, scope, isUnreadable, &folder, &below)
            }
        }
        if folder.isDirty {
            dirtyDirectories.append((folder.path, folder.attributes))
        } else if names.count > namesBefore {
            // Dirty only if one of the names has to be made.
            dirtyDirectories.append((folder.path, folder.attributes))
            unsure.insert(folder.path)
        }
        expected += below.reversed()
    }

    private mutating func checkLengths(_ remote: DirectoryListing) throws {
        // Few bytes of a message can name many paths that are long because of the folder they are in.
        listingBytes += remote.bytes.count + remote.entries.count * (remote.path.count + 1)
        guard listingBytes <= policy.listingBytes else { throw policy.listingIsTooLong }
        let longest = remote.entries.max { $0.nameLength < $1.nameLength }.map { Int($0.nameLength) } ?? 0
        guard remote.path.count + 1 + longest <= policy.pathLength else {
            throw SyncError(.limit, "cannot take the tree: a path in \(TreePath(remote.path)) is longer than \(policy.pathLength) bytes")
        }
    }

    private func passedOver(_ remote: DirectoryListing, _ entry: ListedEntry, _ scope: RuleScope) -> Expected {
        Expected(path: remote.path(entry).bytes, scope: scope, meeting: .passedOver, attributes: entry.attributes, isDirty: false)
    }

    private mutating func mergeEntries(_ remote: DirectoryListing, _ local: DirectoryListing, _ first: Int, _ scope: RuleScope,
                                       _ isUnreadable: Bool, _ folder: inout Expected, _ below: inout [Expected]) throws {
        var here = 0
        leftovers = Set(local.entries.lazy.filter { $0.kind == .file && TemporaryName.matches(local.name($0)) }.map { Array(local.name($0)) })
        for (index, entry) in remote.entries.enumerated() {
            let name = remote.name(entry)
            var match: ListedEntry?
            while here < local.entries.count {
                let order = Self.compare(local.name(local.entries[here]), name)
                if order > 0 { break }
                if order == 0 { match = local.entries[here] } else { try mergeExtra(local, local.entries[here], scope, isProtected: remote.isExcluded, &folder) }
                here += 1
            }
            try mergeEntry(remote, entry, first + index, local, match, scope, &folder, &below)
        }
        while here < local.entries.count {
            try mergeExtra(local, local.entries[here], scope, isProtected: remote.isExcluded, &folder)
            here += 1
        }
        for name in leftovers { try emit(.removeStale(TreePath(local.path).appending(name))) }
        leftovers = []
    }

    /// What an interrupted sync left of the file `name`; it is not stale then.
    private mutating func part(of name: ArraySlice<UInt8>, _ size: UInt64) -> [UInt8]? {
        guard size >= DeltaFile.smallest, !leftovers.isEmpty else { return nil }
        return leftovers.remove(TemporaryName.make(for: name))
    }

    private static func compare(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        left.withUnsafeBytes { left in right.withUnsafeBytes { DirectoryListing.compare(left, $0) } }
    }

    /// An entry that only the receiver has.
    /// - Parameter isProtected: whether the rules exclude the folder it is in.
    private mutating func mergeExtra(_ local: DirectoryListing, _ entry: ListedEntry, _ scope: RuleScope, isProtected: Bool, _ folder: inout Expected) throws {
        let name = local.name(entry)
        if entry.kind == .file, TemporaryName.matches(name) {
            folder.isDirty = true
            return
        }
        localFiles.add(local.path(entry), entry, isExtra: true)
        if isProtected ? !options.deleteExcluded : protects(name, of: local, entry, scope) { return }
        if entry.kind != .directory { existing += 1 }
        guard options.delete else { return }
        if entry.kind == .directory {
            let plan = try DeletionPlanner(list: list, takesExcluded: options.deleteExcluded).plan(local.path(entry).bytes, scope: scope, files: &localFiles)
            problems += plan.problems
            existing += plan.doomed
            doomed += plan.doomed
            deletions += plan.deletions
            if !plan.keepsSome { folder.isDirty = true }
        } else {
            doomed += 1
            deletions.append(PlannedDeletion(path: local.path(entry), kind: entry.kind))
            folder.isDirty = true
        }
    }

    private func protects(_ name: ArraySlice<UInt8>, of local: DirectoryListing, _ entry: ListedEntry, _ scope: RuleScope) -> Bool {
        !options.deleteExcluded && scope.excludes(name, in: local.path, isDirectory: entry.kind == .directory)
    }

    private mutating func mergeEntry(_ remote: DirectoryListing, _ entry: ListedEntry, _ id: Int, _ local: DirectoryListing, _ match: ListedEntry?,
                                     _ scope: RuleScope, _ folder: inout Expected, _ below: inout [Expected]) throws {
        if let match, match.kind != .directory {
            existing += 1
            localFiles.add(local.path(match), match, isExtra: false)
        }
        guard entry.kind != .skipped else { return }
        let path = remote.path(entry)
        var attributes = entry.attributes
        attributes.mode &= policy.modeMask
        if entry.kind == .link, !policy.allowsLinks {
            problems.append(SyncProblem(kind: .forbidden, path: path, reason: "is a link, and links are not accepted here"))
            return
        }
        if case .first = entry.linkage { named[id] = path }
        if case .another(let first) = entry.linkage {
            return try mergeName(path, of: first, entry, local, match, scope, isProtected: remote.isExcluded, &folder)
        }
        guard let match, match.kind == entry.kind else {
            guard let replacement = try clear(match, at: path, for: entry, local, scope, isProtected: remote.isExcluded) else {
                if entry.kind == .directory { below.append(passedOver(remote, entry, scope)) }
                return
            }
            folder.isDirty = true
            switch entry.kind {
            case .directory:
                try emit(.makeDirectory(path, replacing: match?.kind))
                below.append(Expected(path: path.bytes, scope: scope, meeting: .missing, attributes: attributes, isDirty: true))
            case .link: try emit(.makeLink(path, target: Array(remote.target(entry)), attributes, replacement, .isNew))
            default: try emit(.fetch(PendingFile(id: id, path: path, size: entry.size, attributes: attributes, replacement: replacement, differences: .isNew,
                                                 part: part(of: remote.name(entry), entry.size))))
            }
            return
        }
        let differences = Self.differences(attributes, match.attributes, policy)
        switch entry.kind {
        case .directory:
            if differences != [] { try emit(.noteDirectory(path, differences)) } else { unchanged.add(.directory) }
            below.append(Expected(path: path.bytes, scope: scope, meeting: .existing, attributes: attributes, isDirty: differences != []))
        case .link:
            if !remote.target(entry).elementsEqual(local.target(match)) {
                folder.isDirty = true
                try emit(.makeLink(path, target: Array(remote.target(entry)), attributes, .entry, differences.intersection(.time).union(.content)))
            } else if Self.sameTime(attributes, match.attributes) {
                unchanged.add(.link)
            } else {
                let target = TreePath(Array(remote.target(entry)))
                try emit(.setAttributes(SyncChange(kind: .metadata, type: .link, path: path, differences: .time, target: target), attributes))
            }
        default:
            try mergeFile(PendingFile(id: id, path: path, size: entry.size, attributes: attributes, replacement: .entry, differences: differences, oldSize: match.size,
                                      part: part(of: remote.name(entry), entry.size)), match, &folder)
        }
    }

    private mutating func mergeName(_ path: TreePath, of first: Int, _ entry: ListedEntry, _ local: DirectoryListing, _ match: ListedEntry?,
                                    _ scope: RuleScope, isProtected: Bool, _ folder: inout Expected) throws {
        guard let file = named[first] else { throw SyncError.violation("a further name of what is no file") }
        var replacement = Replacement.entry
        var differences = SyncChange.Differences.isNew
        if let match, match.kind == .file {
            var attributes = entry.attributes
            attributes.mode &= policy.modeMask
            differences = Self.differences(attributes, match.attributes, policy)
            if entry.size != match.size { differences.formUnion([.content, .size]) }
        } else {
            guard let cleared = try clear(match, at: path, for: entry, local, scope, isProtected: isProtected) else { return }
            replacement = cleared
            folder.isDirty = true
        }
        names.append(PlannedName(path: path, file: file, replacement: replacement, differences: differences))
    }

    private mutating func mergeFile(_ file: PendingFile, _ match: ListedEntry, _ folder: inout Expected) throws {
        var file = file
        if file.size != match.size {
            folder.isDirty = true
            file.differences.insert(.size)
            try emit(.fetch(file))
        } else if shares.mustPart(match, changes: file.differences != []) {
            folder.isDirty = true
            file.isShared = true
            try emit(.fetch(file))
        } else if file.size > 0, options.checksum || !Self.sameTime(file.attributes, match.attributes) {
            folder.isDirty = true
            try emit(.compare(file, local: match.attributes))
        } else {
            // A part belongs to a state of the file that the receiver has got past.
            if let part = file.partPath { try emit(.removeStale(part)) }
            guard file.differences != [] else { return unchanged.add(.file) }
            try emit(.setAttributes(SyncChange(kind: .metadata, type: .file, path: file.path, differences: file.differences), file.attributes))
        }
    }

    /// Sees what stands at `path` and is of another kind.
    /// - Parameter isProtected: whether the rules exclude the folder it is in.
    /// - Returns: `nil` where it has to stay.
    private mutating func clear(_ match: ListedEntry?, at path: TreePath, for entry: ListedEntry,
                                _ local: DirectoryListing, _ scope: RuleScope, isProtected: Bool) throws -> Replacement? {
        guard let match else { return .nothing }
        let name = local.name(match)
        // What git tracks is sent though the rules exclude it; then so is what it was before, unless that is a folder.
        let isTracked = match.kind != .directory && (isProtected || protects(name, of: local, entry, scope))
        if !isTracked, protects(name, of: local, match, scope) || (isProtected && !options.deleteExcluded) {
            problems.append(SyncProblem(kind: .blockedByProtected, path: path, reason: "cannot replace what the rules protect there; move it away on the receiver"))
            return nil
        }
        guard match.kind == .directory else { return .entry }
        let plan = try DeletionPlanner(list: list, takesExcluded: options.deleteExcluded).plan(path.bytes, scope: scope, files: &localFiles)
        if plan.keepsSome {
            problems.append(SyncProblem(kind: .blockedByProtected, path: path, reason: "cannot replace the folder: it holds what the rules protect; move that away on the receiver"))
            return nil
        }
        if !options.delete, plan.deletions.count > 1 {
            problems.append(SyncProblem(kind: .blockedByDirectory, path: path, reason: "cannot replace the folder: it is not empty, and deleting is off"))
            return nil
        }
        existing += plan.doomed
        doomed += plan.doomed
        return .directory(plan.deletions)
    }

    private static func sameTime(_ left: Attributes, _ right: Attributes) -> Bool {
        left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
    }

    private static func differences(_ wanted: Attributes, _ now: Attributes, _ policy: ReceiverPolicy) -> SyncChange.Differences {
        var differences: SyncChange.Differences = sameTime(wanted, now) ? [] : .time
        if wanted.mode & policy.modeMask != now.mode & policy.modeMask { differences.insert(.mode) }
        return differences
    }
}
