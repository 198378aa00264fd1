import Synchronization

/// What a sync has seen of a source, folder by folder, so that the next one need not look at what has not changed.
final class KnownSource: Sendable {
    /// A folder as it was listed.
    struct Folder: Sendable {
        /// Its part of the tree's digest.
        var identity: [UInt8]
        /// The names of the folders in it that were listed too, in order.
        var folders: [[UInt8]]
        /// The rules for what it holds.
        var scope: RuleScope
        var gitignore: [UInt8]?
        var sltignore: [UInt8]?
        var holdsRepository: Bool

        init(_ listing: DirectoryListing, scope: RuleScope) {
            identity = TreeIdentity.bytes(of: listing)
            folders = listing.entries.filter { $0.kind == .directory }.map { Array(listing.name($0)) }
            self.scope = scope
            gitignore = listing.gitignore
            sltignore = listing.sltignore
            holdsRepository = listing.holdsRepository
        }

        /// Whether other rules hold in it than in `other`.
        func hasOtherRules(than other: Folder) -> Bool {
            gitignore != other.gitignore || sltignore != other.sltignore || holdsRepository != other.holdsRepository
        }
    }

    private let folders = Mutex<[[UInt8]: Folder]>([:])
    /// Whether a folder was forgotten since ``takeLoss()``.
    private let hasLost = Mutex(false)

    func folder(_ path: [UInt8]) -> Folder? { folders.withLock { $0[path] } }

    /// Takes in a folder as it was listed. Those in it that it had before and has no longer, such as one that is ignored now, are forgotten.
    func set(_ folder: Folder, at path: [UInt8]) {
        let old = folders.withLock { folders in
            defer { folders[path] = folder }
            return folders[path]?.folders
        }
        guard let old, old != folder.folders else { return }
        for name in Set(old).subtracting(folder.folders) { forget(TreePath(path).appending(name).bytes) }
    }

    /// Whether a folder was forgotten since this was asked last.
    func takeLoss() -> Bool {
        hasLost.withLock { hasLost in
            defer { hasLost = false }
            return hasLost
        }
    }

    func forgetAll() { folders.withLock { $0 = [:] } }

    /// Forgets a folder and all below it.
    func forget(_ path: [UInt8]) {
        hasLost.withLock { $0 = true }
        let below = path + [UInt8(ascii: "/")]
        folders.withLock { folders in
            for known in folders.keys where known == path || known.starts(with: below) { folders[known] = nil }
        }
    }

    /// Whether the rules let a name through, and so a sync would see a change of it; yes where that is not known.
    func isSent(_ name: [UInt8], in path: [UInt8], isFolder: Bool) -> Bool {
        guard let folder = folder(path) else { return true }
        // These decide on others, whatever becomes of themselves.
        if name.elementsEqual(".gitignore".utf8) || name.elementsEqual(".sltignore".utf8) { return true }
        return folder.scope.look(at: name, in: path, isDirectory: isFolder).1 != .excluded
    }
}
