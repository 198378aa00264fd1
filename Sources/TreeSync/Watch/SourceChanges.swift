/// What has changed in a source since it was looked at.
struct SourceChanges: Sendable, Equatable {
    /// Folders, by their paths, in which something has changed.
    var folders: Set<[UInt8]> = []
    /// Folders that came, went or were moved, with all that is in them.
    var replaced: Set<[UInt8]> = []
    /// Changes were missed: all of the source has to be looked at.
    var isUnknown = false

    var isEmpty: Bool { folders.isEmpty && replaced.isEmpty && !isUnknown }

    mutating func add(_ other: SourceChanges) {
        folders.formUnion(other.folders)
        replaced.formUnion(other.replaced)
        isUnknown = isUnknown || other.isUnknown
    }

    /// The folders that have to be listed again: those above one that has changed are on the way to it.
    var listed: Set<[UInt8]> {
        var listed: Set<[UInt8]> = [[]]
        for folder in folders {
            var path = folder[...]
            while !path.isEmpty, listed.insert(Array(path)).inserted { path = path.lastIndex(of: UInt8(ascii: "/")).map { path[..<$0] } ?? [] }
        }
        return listed
    }
}
