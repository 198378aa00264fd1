/// A folder of the source whose turn it is to be planned.
struct PlannedFolder: Sendable {
    /// How the destination meets a folder of the manifest.
    enum Meeting: Sendable {
        case existing
        case missing
        /// Something protected or unreadable is in its place: all in it is passed over.
        case passedOver
    }

    /// A folder of which the listing is still to come.
    struct Expected: Sendable {
        var path: [UInt8]
        /// The sender's rules in the folder above.
        var scope: RuleScope
        var meeting: Meeting
        /// As it is to have them, as far as the policy lets it.
        var attributes: Attributes
        /// Whether its attributes have to be set at the end.
        var isDirty: Bool
    }

    let path: [UInt8]
    /// The sender's rules for what it holds.
    let scope: RuleScope
    /// What the sender has in it.
    let source: DirectoryListing
    /// The number of its first entry.
    let firstID: Int
    let meeting: Meeting
    let attributes: Attributes
    /// Whether the sender could not read it: nothing in it is touched.
    let isUnreadable: Bool

    var isDirty: Bool
    /// What the destination has in it.
    var destination: DirectoryListing
    /// Folders of ``destination`` that go, or are in the way, by where their names begin there.
    var removals: [UInt32: FolderRemoval] = [:]
    /// Files that interrupted syncs left in it.
    var temporaries: Set<[UInt8]> = []
    /// What is to be done in it, in an order in which it can be.
    var actions: [PlannedAction] = []
    /// The folders in it, of which the sender's listings are to follow.
    var below: [Expected] = []

    /// Whether the destination's listing of it is needed.
    var readsDestination: Bool { meeting == .existing && !isUnreadable }

    init(_ expected: Expected, source: DirectoryListing, firstID: Int, isUnreadable: Bool) {
        path = expected.path
        meeting = expected.meeting
        attributes = expected.attributes
        isDirty = expected.isDirty
        scope = expected.scope.entering(expected.path, gitignore: source.gitignore, sltignore: source.sltignore, inner: source.inner)
        self.source = source
        self.firstID = firstID
        self.isUnreadable = isUnreadable
        destination = DirectoryListing(path: expected.path)
    }

    /// Leaves alone what the destination has at a folder of the source, and in it.
    mutating func passOver(_ entry: ListedEntry) {
        guard entry.kind == .directory else { return }
        below.append(Expected(path: source.path(entry).bytes, scope: scope, meeting: .passedOver, attributes: entry.attributes, isDirty: false))
    }

    /// What an interrupted sync left of a file; it is not stale then.
    mutating func part(of entry: ListedEntry) -> [UInt8]? {
        guard entry.size >= ChunkRule.smallestFile, !temporaries.isEmpty else { return nil }
        return temporaries.remove(TemporaryName.make(for: source.name(entry)))
    }
}
