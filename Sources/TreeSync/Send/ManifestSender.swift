/// Walks the source and sends its manifest: each folder, then what it holds, by name.
struct ManifestSender: Sendable {
    let scanner: TreeScanner
    let root: DirectoryHandle
    let scope: RuleScope
    let table: SourceTable
    let outbox: Outbox
    let events: EventSink
    let compresses: Bool
    let note: @Sendable (SyncProblem) -> Void

    func run() throws {
        var writer = ManifestWriter(compresses: compresses) { try outbox.put($0) }
        var identity = TreeIdentity()
        writer.root(try attributesOfRoot())
        var stack: [(path: [UInt8], scope: RuleScope)] = [([], scope)]
        var entries = 0
        var names = HardLinkNumbers()
        while let next = stack.popLast() {
            let folder = try scanner.folder(next.path) ?? scanner.readNow(next.path, scope: next.scope, root: root)
            var listing = folder.listing
            names.note(&listing, first: entries)
            report(listing)
            table.add(listing)
            try writer.add(listing)
            identity.add(listing)
            for entry in listing.entries.reversed() where entry.kind == .directory {
                stack.append((listing.path(entry).bytes, folder.scope(for: entry)))
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
