import Testing
@testable import TreeSync

/// An entry of a folder that is nowhere on a disk.
struct PlannedItem: Sendable {
    var name: String
    var kind: EntryKind
    var size: UInt64 = 0
    var time: Int64 = 0
    var mode: UInt16
    var target = ""
    var linkage = ListedEntry.Linkage.single
    var inode: UInt64 = 0

    static func file(_ name: String, _ size: UInt64 = 1, time: Int64 = 0, mode: UInt16 = 0o644, linkage: ListedEntry.Linkage = .single, inode: UInt64 = 0) -> PlannedItem {
        PlannedItem(name: name, kind: .file, size: size, time: time, mode: mode, linkage: linkage, inode: inode)
    }

    static func folder(_ name: String, mode: UInt16 = 0o755) -> PlannedItem { PlannedItem(name: name, kind: .directory, mode: mode) }

    static func link(_ name: String, to target: String, time: Int64 = 0) -> PlannedItem {
        PlannedItem(name: name, kind: .link, time: time, mode: 0o777, target: target)
    }

    /// A FIFO, or something else that is not sent.
    static func other(_ name: String) -> PlannedItem { PlannedItem(name: name, kind: .skipped, mode: 0o644) }
}

extension DirectoryListing {
    init(_ path: String, _ items: [PlannedItem]) {
        self.init(path: Array(path.utf8))
        for item in items {
            var entry = ListedEntry(nameStart: bytes.count, nameLength: item.name.utf8.count)
            bytes += Array(item.name.utf8)
            entry.targetStart = UInt32(bytes.count)
            entry.targetLength = UInt16(item.target.utf8.count)
            bytes += Array(item.target.utf8)
            (entry.kind, entry.mode, entry.size) = (item.kind, item.mode, item.size)
            (entry.seconds, entry.linkage, entry.inode) = (item.time, item.linkage, item.inode)
            entries.append(entry)
        }
        sort()
    }
}

/// What earlier syncs wrote.
struct Written: OwnedPaths {
    var paths: Set<String>
    var listName: [UInt8] { Array(".list".utf8) }
    func contains(_ path: TreePath) -> Bool { paths.contains(path.description) }
    func add(_ path: TreePath) {}
}

/// Two trees without a disk: the folders of each by path, `""` for the root.
struct PlannedTree: Sendable {
    var source: [String: [PlannedItem]] = [:]
    var destination: [String: [PlannedItem]] = [:]
    var options = SyncOptions()
    var policy = ReceiverPolicy.trusted
    var excludes = ""
    var owned: Written?
    /// Folders that cannot be read, on either side.
    var shut: Set<String> = []
    /// Folders of the destination that hold a `.git`.
    var repositories: Set<String> = []

    private func listing(_ path: [UInt8]) -> DirectoryListing {
        let name = String(decoding: path, as: UTF8.self)
        var listing = DirectoryListing(name, destination[name] ?? [])
        if shut.contains(name) { listing.failure = Errno(13) }
        listing.holdsRepository = repositories.contains(name)
        return listing
    }

    /// Plans the whole tree.
    /// - Returns: the actions in their order, and what is done at the end.
    func plan() throws(SyncError) -> (actions: [PlannedAction], result: TreePlan) {
        var texts = RuleTexts()
        texts.configuration = Array(excludes.utf8)
        let attributes = Attributes(mode: 0o755, seconds: 0, nanoseconds: 0)
        var planner = TreePlanner(options: options, policy: policy, scope: RuleScope(texts), owned: owned,
                                  root: TreePlanner.Root(wanted: attributes, present: attributes))
        var actions: [PlannedAction] = []
        var folders = [""]
        while let path = folders.popLast() {
            let source = DirectoryListing(path, source[path] ?? [])
            var folder = try planner.enter(source, isUnreadable: shut.contains("source:" + path))
            if folder.readsDestination {
                folder.destination = listing(folder.path)
                for var removal in planner.removals(for: folder) {
                    while let next = removal.next { removal.add(listing(next)) }
                    folder.removals[removal.nameStart] = removal
                }
            }
            try planner.plan(folder, into: &actions)
            folders += source.entries.reversed().filter { $0.kind == .directory }.map { source.path($0).description }
        }
        #expect(planner.isComplete)
        return (actions, planner.result)
    }

    /// The whole plan, a line for each thing.
    func lines() throws(SyncError) -> [String] {
        let (actions, result) = try plan()
        return actions.map(Self.line) + result.hardLinks.map { "name \($0.path) => \(result.hardLinkSources[$0.group]?.path?.description ?? "?")" }
            + result.deletions.map { "delete \($0.path)" } + result.problems.map { "\($0.kind) \($0.path)" }
    }

    private static func line(_ action: PlannedAction) -> String {
        switch action {
        case .own(let path): "own \(path)"
        case .makeDirectory(let path, let replacing): "mkdir \(path)" + (replacing.map { " over \($0)" } ?? "")
        case .makeLink(let path, let target, _, let replacement, _): "link \(path) -> \(TreePath(target))" + line(replacement)
        case .fetch(let file): "fetch \(file.path)" + (file.part == nil ? "" : " from its part") + (file.isShared ? " anew" : "") + line(file.replacement)
        case .compare(let file, _): "compare \(file.path)"
        case .setAttributes(let change, _): "set \(change.path)"
        case .removeStale(let path): "discard \(path.split.name.count == 32 ? "temporary" : path.description)"
        case .noteDirectory(let change): "note \(change.path)"
        }
    }

    private static func line(_ replacement: Replacement) -> String {
        switch replacement {
        case .nothing: ""
        case .entry: " over it"
        case .directory(let deletions): " over " + deletions.map(\.path.description).joined(separator: ", ")
        }
    }
}
