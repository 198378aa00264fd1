/// One more name for a file or a link; made when all contents are there.
struct PlannedHardLink: Sendable {
    /// Its own number in the manifest, and that of the first name.
    var id: Int
    var group: Int
    var type: EntryKind
    var path: TreePath
    var replacement: Replacement
    /// From what is there.
    var differences: SyncChange.Differences
    var size: UInt64
    var attributes: Attributes
    /// Of a link.
    var target: [UInt8] = []

    /// Whether what is there has the right size, time and mode.
    var isAsListed: Bool { differences == [] }

    /// The same as a file whose content is asked for.
    func file(ticket: Int) -> PendingFile {
        PendingFile(id: id, path: path, size: size, attributes: attributes, replacement: replacement, differences: differences, group: group, ticket: ticket)
    }
}

extension PlannedHardLink {
    /// A name where nothing of its kind is.
    init(_ planned: PlannedEntry, group: Int, target: [UInt8]) {
        self.init(id: planned.id, group: group, type: planned.entry.kind, path: planned.path, replacement: .entry, differences: .isNew,
                  size: planned.entry.size, attributes: planned.attributes, target: target)
    }
}
