/// Walks the source and sends its manifest: each folder, then what it holds, by name. Of a part, the folders in which nothing has changed
/// are not read: what is known of them counts.
struct ManifestSender: Sendable {
    let scanner: TreeScanner
    let root: DirectoryHandle
    let scope: RuleScope
    let table: SourceTable
    let outbox: Outbox
    let events: EventSink
    let compresses: Bool
    let knowledge: PreparedSource.Knowledge?
    let note: @Sendable (SyncProblem) -> Void

    /// A folder that is to be visited.
    private struct Step {
        var path: [UInt8]
        var scope: RuleScope
        /// Whether it is listed whatever is known of it, because other rules hold in it now.
        var isNew = false
        /// Whether it lies in a folder that is not listed, so that the receiver is told nothing of it.
        var isSilent = false
    }

    func run() throws {
        var writer = ManifestWriter(compresses: compresses) { try outbox.put($0) }
        var identity = TreeIdentity()
        writer.root(try attributesOfRoot())
        var stack = [Step(path: [], scope: scope)]
        var entries = 0
        var names = HardLinkNumbers()
        while let next = stack.popLast() {
            if let old = try untouched(next) {
                if !next.isSilent { try writer.addUntouched() }
                identity.add(bytes: old.identity)
                for name in old.folders.reversed() { stack.append(Step(path: TreePath(next.path).appending(name).bytes, scope: old.scope, isSilent: true)) }
                continue
            }
            let folder = try scanner.folder(next.path) ?? scanner.readNow(next.path, scope: next.scope, root: root)
            var listing = folder.listing
            names.note(&listing, first: entries)
            report(listing)
            table.add(listing)
            try writer.add(listing)
            let isNew = try learn(listing, folder.scope, next, &identity)
            for entry in listing.entries.reversed() where entry.kind == .directory {
                stack.append(Step(path: listing.path(entry).bytes, scope: folder.scope(for: entry), isNew: isNew))
            }
            entries += listing.entries.count
            let count = entries
            events.progress { $0.entriesListed = count }
        }
        for problem in scope.problems?.all ?? [] { note(problem) }
        try writer.flush()
        var end = ByteWriter(.manifestEnd)
        end.number(entries)
        end.string(identity.digest.hexadecimal.utf8)
        try outbox.put(end.bytes)
    }

    /// What is known of a folder that need not be listed.
    private func untouched(_ step: Step) throws(SyncError) -> KnownSource.Folder? {
        guard let knowledge, let part = knowledge.part, !step.isNew, !part.listed.contains(step.path) else { return nil }
        let known = knowledge.known.folder(step.path)
        if known == nil, step.isSilent { throw Self.notApart("what is known of it has a gap") }
        return known
    }

    /// - Returns: whether other rules hold in what the folder holds than when it was last seen.
    private func learn(_ listing: DirectoryListing, _ scope: RuleScope, _ step: Step, _ identity: inout TreeIdentity) throws(SyncError) -> Bool {
        guard let knowledge else {
            identity.add(listing)
            return false
        }
        let folder = KnownSource.Folder(listing, scope: scope)
        identity.add(bytes: folder.identity)
        let old = knowledge.known.folder(step.path)
        knowledge.known.set(folder, at: step.path)
        guard knowledge.part != nil else { return false }
        // Its other names may be anywhere.
        if listing.entries.contains(where: { $0.inode != 0 && ($0.kind == .file || $0.kind == .link) }) { throw Self.notApart("a file has several names") }
        return step.isNew || old.map { folder.hasOtherRules(than: $0) } ?? false
    }

    private static func notApart(_ why: String) -> SyncError { SyncError(.notApart, "cannot send what changed alone: \(why); sync the whole tree") }

    private func attributesOfRoot() throws -> Attributes {
        do throws(Errno) {
            return try root.attributes()
        } catch {
            throw SyncError(.source, "cannot look at the source folder: \(error.text)")
        }
    }

    private func report(_ listing: DirectoryListing) {
        if let failure = listing.failure {
            note(SyncProblem(kind: .unreadable, path: TreePath(listing.path), reason: failure.text))
        }
        for problem in listing.problems { note(problem) }
    }
}
