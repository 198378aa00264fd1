import Glibc
import Platform

/// From the sender's listing to a plan.
extension Receiver {
    func receiveManifest() throws {
        while true {
            let (kind, message) = try next()
            switch kind {
            case .manifest: try plan(message)
            case .manifestEnd: return try endManifest(message)
            default: try handle(kind, message)
            }
        }
    }

    /// Plans the folders of a part of the manifest.
    private func plan(_ message: [UInt8]) throws {
        for (listing, isUnreadable) in try manifest.read(message) {
            if planner == nil { planner = try makePlanner() }
            guard isEager || options.dryRun else {
                try plan(listing, isUnreadable: isUnreadable, into: &held)
                continue
            }
            var actions: [PlannedAction] = []
            try plan(listing, isUnreadable: isUnreadable, into: &actions)
            for action in actions { try perform(action) }
        }
        let entries = manifest.entries
        events.progress { $0.entriesListed = entries }
        if isEager { try flushRequests() }
    }

    private func makePlanner() throws -> TreePlanner {
        guard let wanted = manifest.root else { throw SyncError.violation("a folder before its root") }
        if let destination {
            isEager = !options.dryRun && !options.isPart && (try? DirectoryReader(side: .receiver).isEmpty(destination.handle, but: owned?.listName)) ?? false
        } else {
            isEager = true
        }
        let root = TreePlanner.Root(wanted: wanted, present: try? destination?.handle.attributes(), isNew: rootIsNew)
        return TreePlanner(options: options, policy: policy, scope: scope, owned: owned, root: root)
    }

    /// Reads what the planner has to know of the destination, and plans one folder.
    private func plan(_ listing: DirectoryListing, isUnreadable: Bool, into actions: inout [PlannedAction]) throws {
        guard var folder = try planner?.enter(listing, isUnreadable: isUnreadable) else { return }
        if options.isPart, isUnreadable, folder.meeting == .missing {
            throw SyncError(.notApart, "cannot take what changed alone: the folder \(TreePath(folder.path)) is gone here; sync the whole tree")
        }
        if folder.readsDestination {
            folder.destination = try list(folder.path, folder.scope)
            for var removal in planner?.removals(for: folder) ?? [] {
                while let path = removal.next { removal.add(try list(path, folder.scope)) }
                folder.removals[removal.nameStart] = removal
            }
        }
        try planner?.plan(folder, into: &actions)
    }

    private func list(_ path: [UInt8], _ scope: RuleScope) throws -> DirectoryListing {
        guard let destination else { return DirectoryListing(path: path) }
        var listing = try (destination.scanner.folder(path) ?? destination.scanner.readNow(path, scope: scope, root: destination.handle)).listing
        if listing.isShut, !options.dryRun, destination.writer.makeWritable(TreePath(path)) {
            // Its owner may open it; the sender's mode comes at the end.
            listing = try destination.scanner.readNow(path, scope: scope, root: destination.handle).listing
        }
        // What an entry is that cannot be looked at, nobody knows.
        if listing.hidesEntries { listing.failure = Errno(EACCES) }
        return listing
    }

    private func endManifest(_ message: [UInt8]) throws {
        var end = ByteReader(message: message)
        guard let planner, planner.isComplete, !manifest.isInsideFolder, try end.number() == UInt64(manifest.entries) else {
            throw SyncError.violation("a manifest that is not whole")
        }
        let plan = planner.result
        treeDigest = String(decoding: try end.string(upTo: 64), as: UTF8.self)
        destination?.scanner.stop()
        for problem in plan.problems { ledger.problem(problem) }
        try checkDeletions(plan)
        ledger.edit {
            $0.seen = plan.seen
            $0.bytesTotal = manifest.bytes
            $0.unchanged.add(plan.unchanged)
        }
        if let destination { destination.writer.room.allow(plan.deletions) { [weak content = destination.content] in content?.letGoOfSources() } }
        if !options.dryRun { try hardLinks.plan(plan.hardLinks, plan.hardLinkSources) }
        for action in held { try perform(Self.completed(action, plan.localFiles)) }
        held = []
        try flushRequests()
        try Self.settle(0, planned: true, ledger, bridge)
    }

    /// Names another file of the receiver's to take the content from, now that all of them are known.
    private static func completed(_ action: PlannedAction, _ files: LocalFiles) -> PlannedAction {
        guard case .fetch(var file) = action else { return action }
        file.renameSource = files.renameSource(of: file)
        return .fetch(file)
    }

    /// - Throws: `massDeletion`, unless it is forced; a dry run notes it.
    private func checkDeletions(_ plan: TreePlan) throws(SyncError) {
        let isEmpty = manifest.entries == 0
        guard !options.force, plan.isMassDeletion(sourceIsEmpty: isEmpty) else { return }
        if options.dryRun { return ledger.edit { $0.needsForce = true } }
        let what = isEmpty ? "the source is empty" : "that looks like a wrong source or destination"
        throw SyncError(.massDeletion, "cannot sync: \(plan.deleted) of the destination's \(plan.existing) files would be deleted, and \(what); nothing was changed",
                        remedy: .deleteAnyway)
    }
}
