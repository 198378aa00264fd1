/// Finds what may go of a folder that only the destination has, or that is in the way: listings in, deletions out.
///
/// ```swift
/// while let folder = removal.next { removal.add(listing(of: folder)) }
/// ```
struct FolderRemoval: Sendable {
    private struct Visit {
        var path: [UInt8]
        /// The visit of the folder that holds it; -1 for the first.
        var parent: Int
        var keeps: Bool
    }

    /// Where the folder's name begins in the listing that it was found in.
    let nameStart: UInt32
    /// The sender's rules where the folder would be.
    private let scope: RuleScope
    /// Whether what the rules exclude goes too.
    private let includesExcluded: Bool
    private let owned: (any OwnedPaths)?
    private var visits: [Visit]
    private var visited = 0

    /// What may go, in an order in which it can: folders come after what they hold.
    private(set) var deletions: [PlannedDeletion] = []
    /// Files and links among them, and all that the rules do not protect.
    private(set) var deleted = 0
    private(set) var problems: [SyncProblem] = []
    /// Files in it that may be used again.
    private(set) var reusable: [(path: TreePath, entry: ListedEntry)] = []

    /// - Parameters:
    ///   - path: of the folder.
    ///   - owned: what may go at all, where that is less than everything.
    init(_ path: TreePath, nameStart: UInt32, scope: RuleScope, includesExcluded: Bool, owned: (any OwnedPaths)?) {
        self.nameStart = nameStart
        self.scope = scope
        self.includesExcluded = includesExcluded
        self.owned = owned
        visits = [Visit(path: path.bytes, parent: -1, keeps: !(owned?.contains(path) ?? true))]
    }

    /// The folder whose listing is to be added next; `nil` when all are known.
    var next: [UInt8]? { visited < visits.count ? visits[visited].path : nil }

    /// Whether something in it stays, and with it the folder. So it is with a folder that was not read to its end.
    var keepsSome: Bool { next != nil || visits[0].keeps }

    /// Adds the listing of ``next``.
    mutating func add(_ listing: DirectoryListing) {
        guard next != nil else { return }
        // A repository is somebody's work, and what cannot be read is not known to be worth nothing.
        if listing.failure != nil || listing.holdsRepository { visits[visited].keeps = true }
        if let failure = listing.failure {
            problems.append(SyncProblem(kind: .undeletable, path: TreePath(listing.path), reason: failure.text))
        }
        for entry in listing.entries { add(entry, of: listing) }
        visited += 1
        if visited == visits.count { addFolders() }
    }

    private mutating func add(_ entry: ListedEntry, of listing: DirectoryListing) {
        let path = listing.path(entry), name = listing.name(entry), isDirectory = entry.kind == .directory
        if LocalFiles.isWorthNoting(entry, isExtra: true), reusable.count < LocalFiles.most { reusable.append((path, entry)) }
        // What a sync was still writing is no content: neither the rules nor its owner keep it.
        let isTemporary = TemporaryName.matches(name)
        if !includesExcluded, !isTemporary, scope.excludes(name, in: listing.path, isDirectory: isDirectory) {
            visits[visited].keeps = true
        } else if isDirectory {
            visits.append(Visit(path: path.bytes, parent: visited, keeps: !(owned?.contains(path) ?? true)))
        } else if !isTemporary, !(owned?.contains(path) ?? true) {
            visits[visited].keeps = true
        } else {
            deletions.append(PlannedDeletion(path: path, kind: entry.kind))
            deleted += 1
        }
    }

    /// A folder goes where nothing in it stays. Those that hold others were met first, and so come last here.
    private mutating func addFolders() {
        for index in visits.indices.reversed() {
            if !visits[index].keeps {
                deletions.append(PlannedDeletion(path: TreePath(visits[index].path), kind: .directory))
            } else if visits[index].parent >= 0 {
                visits[visits[index].parent].keeps = true
            }
        }
    }
}
