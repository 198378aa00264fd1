/// What only the destination has, and what is in the way there.
extension TreePlanner {
    /// The destination's folders of which all has to be known before the folder is planned: those that go, and those in whose
    /// place the source has something else.
    func removals(for folder: PlannedFolder) -> [FolderRemoval] {
        guard folder.readsDestination, folder.destination.failure == nil else { return [] }
        let destination = folder.destination
        var removals: [FolderRemoval] = []
        for present in destination.entries where present.kind == .directory {
            if let index = folder.source.index(of: destination.name(present)) {
                let entry = folder.source.entries[index]
                guard entry.kind == .file || (entry.kind == .link && policy.allowsLinks), owns(destination.path(present)),
                      !protectsPresent(present, for: entry, in: folder) else { continue }
            } else {
                guard options.delete, !protectsExtra(present, in: folder) else { continue }
            }
            removals.append(FolderRemoval(destination.path(present), nameStart: present.nameStart, scope: folder.scope,
                                          includesExcluded: options.deleteExcluded, owned: owned))
        }
        return removals
    }

    /// An entry that only the destination has.
    mutating func planExtra(_ entry: ListedEntry, in folder: inout PlannedFolder) {
        // What a sync was still writing; it goes unless a file of this folder can use it.
        if entry.kind == .file, TemporaryName.matches(folder.destination.name(entry)) {
            folder.isDirty = true
            return
        }
        result.localFiles.add(folder.destination.path(entry), entry, isExtra: true)
        if protectsExtra(entry, in: folder) { return }
        if entry.kind != .directory { result.existing += 1 }
        guard options.delete else { return }
        if entry.kind == .directory {
            guard let removal = folder.removals[entry.nameStart] else { return }
            for file in removal.reusable { result.localFiles.add(file.path, file.entry, isExtra: true) }
            result.problems += removal.problems
            result.existing += removal.deleted
            result.deleted += removal.deleted
            result.deletions += removal.deletions
            if !removal.keepsSome { folder.isDirty = true }
        } else if owns(folder.destination.path(entry)) {
            result.deleted += 1
            result.deletions.append(PlannedDeletion(path: folder.destination.path(entry), kind: entry.kind))
            folder.isDirty = true
        }
    }

    /// Sees what stands in the way of an entry and is of another kind.
    /// - Returns: what the entry takes the place of; `nil` where that has to stay.
    mutating func clearWay(for planned: PlannedEntry, in folder: inout PlannedFolder) -> Replacement? {
        guard let present = planned.present else { return .nothing }
        if protectsPresent(present, for: planned.entry, in: folder) {
            return refuse(planned, .blockedByProtected, "cannot replace what the rules protect there; move it away on the receiver")
        }
        guard present.kind == .directory else { return .entry }
        // A folder that was not read to its end keeps what it has.
        guard let removal = folder.removals[present.nameStart] else { return nil }
        for file in removal.reusable { result.localFiles.add(file.path, file.entry, isExtra: true) }
        if removal.keepsSome {
            return refuse(planned, .blockedByProtected, "cannot replace the folder: it holds what the rules protect; move that away on the receiver")
        }
        // The folder itself is one of them.
        if !options.delete, removal.deletions.count > 1 {
            return refuse(planned, .blockedByDirectory, "cannot replace the folder: it is not empty, and deleting is off")
        }
        result.existing += removal.deleted
        result.deleted += removal.deleted
        return .directory(removal.deletions)
    }

    private mutating func refuse(_ planned: PlannedEntry, _ kind: SyncProblem.Kind, _ reason: String) -> Replacement? {
        result.problems.append(SyncProblem(kind: kind, path: planned.path, reason: reason))
        return nil
    }

    /// Whether the rules keep an entry that only the destination has. In a folder that they exclude they keep all.
    private func protectsExtra(_ entry: ListedEntry, in folder: PlannedFolder) -> Bool {
        if options.deleteExcluded { return false }
        return folder.source.isExcluded || excludes(folder.destination.name(entry), entry.kind, in: folder)
    }

    /// Whether the rules keep an entry in whose place the source has one of another kind.
    private func protectsPresent(_ present: ListedEntry, for entry: ListedEntry, in folder: PlannedFolder) -> Bool {
        if options.deleteExcluded { return false }
        let name = folder.destination.name(present)
        // What git tracks is sent though the rules exclude it; then so is what it was before, unless that is a folder.
        let isTracked = present.kind != .directory && (folder.source.isExcluded || excludes(name, entry.kind, in: folder))
        return !isTracked && (folder.source.isExcluded || excludes(name, present.kind, in: folder))
    }

    private func excludes(_ name: ArraySlice<UInt8>, _ kind: EntryKind, in folder: PlannedFolder) -> Bool {
        folder.scope.excludes(name, in: folder.path, isDirectory: kind == .directory)
    }
}
