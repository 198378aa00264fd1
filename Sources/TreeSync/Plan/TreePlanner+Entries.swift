/// What becomes of one entry of the source.
extension TreePlanner {
    mutating func plan(_ entry: ListedEntry, _ id: Int, over present: ListedEntry?, in folder: inout PlannedFolder) throws(SyncError) {
        if let present, present.kind != .directory {
            result.existing += 1
            result.localFiles.add(folder.destination.path(present), present, isExtra: false)
        }
        // The sender has something that it cannot send: what is here in its place stays.
        guard entry.kind != .skipped else { return }
        var attributes = entry.attributes
        attributes.mode &= policy.modeMask
        if options.freshTimes, entry.kind == .file, let present, present.kind == .file {
            (attributes.seconds, attributes.nanoseconds) = (present.attributes.seconds, present.attributes.nanoseconds)
        }
        var planned = PlannedEntry(entry: entry, id: id, path: folder.source.path(entry), attributes: attributes, present: present)
        // Only what is new, or ours already, goes on.
        guard claim(planned, in: &folder) else { return folder.passOver(entry) }
        if entry.kind == .link, !policy.allowsLinks {
            result.problems.append(SyncProblem(kind: .forbidden, path: planned.path, reason: "is a link, and links are not accepted here"))
            return
        }
        switch entry.linkage {
        case .single: break
        case .first: planned.group = id
        case .another(let first):
            guard let source = result.hardLinkSources[first], source.type == entry.kind else { throw SyncError.violation("a further name of what is no such file") }
            planned.group = first
            // The content comes under a name before it: this one is linked to that. Where none before it has a place, it comes here.
            if source.path != nil { return planHardLink(planned, to: first, in: &folder) }
        }
        guard let present, present.kind == entry.kind else { return planNew(planned, in: &folder) }
        planPresent(planned, over: present, in: &folder)
    }

    /// Whether something may be made of what the source has there; what is new there is noted as ours.
    private mutating func claim(_ planned: PlannedEntry, in folder: inout PlannedFolder) -> Bool {
        guard let owned else { return true }
        guard let present = planned.present else {
            folder.actions.append(.own(planned.path))
            return true
        }
        // Two folders become one, whoever made the one that is here.
        if owned.contains(planned.path) || (present.kind == .directory && planned.entry.kind == .directory) { return true }
        result.problems.append(SyncProblem(kind: .blockedByProtected, path: planned.path, reason: "something else stands there, which stays as it is; move it away"))
        return false
    }

    /// The destination has nothing of this kind there: what is in the way goes, where it may.
    private mutating func planNew(_ planned: PlannedEntry, in folder: inout PlannedFolder) {
        guard let replacement = clearWay(for: planned, in: &folder) else { return folder.passOver(planned.entry) }
        let entry = planned.entry
        folder.isDirty = true
        switch entry.kind {
        case .directory:
            folder.actions.append(.makeDirectory(planned.path, replacing: planned.present?.kind))
            folder.below.append(PlannedFolder.Expected(path: planned.path.bytes, scope: folder.scope, meeting: .missing,
                                                       attributes: planned.attributes, isDirty: true))
        case .link:
            folder.actions.append(.makeLink(planned.path, target: Array(folder.source.target(entry)), planned.attributes, replacement, .isNew))
        default:
            folder.actions.append(.fetch(PendingFile(planned, replacement, .isNew, part: folder.part(of: entry))))
        }
        place(planned, isPending: entry.kind == .file)
    }

    /// Both sides have an entry of this kind: it stays, and becomes what the source has.
    private mutating func planPresent(_ planned: PlannedEntry, over present: ListedEntry, in folder: inout PlannedFolder) {
        let differences = Self.differences(planned.attributes, present.attributes, policy)
        switch planned.entry.kind {
        case .directory:
            if differences != [] {
                folder.actions.append(.noteDirectory(Self.change(of: planned.path, differences)))
            } else {
                result.unchanged.add(.directory)
            }
            folder.below.append(PlannedFolder.Expected(path: planned.path.bytes, scope: folder.scope, meeting: .existing,
                                                       attributes: planned.attributes, isDirty: differences != []))
        case .link:
            planLink(planned, over: present, differences, in: &folder)
            place(planned, isPending: false)
        default:
            var file = PendingFile(planned, .entry, differences, part: folder.part(of: planned.entry))
            file.oldSize = present.size
            place(planned, isPending: planFile(file, over: present, in: &folder))
        }
    }

    /// The entry has its place: further names of it are linked to that.
    private mutating func place(_ planned: PlannedEntry, isPending: Bool) {
        guard let group = planned.group else { return }
        result.hardLinkSources[group]?.path = planned.path
        result.hardLinkSources[group]?.isPending = isPending
    }

    private mutating func planLink(_ planned: PlannedEntry, over present: ListedEntry, _ differences: SyncChange.Differences, in folder: inout PlannedFolder) {
        let target = Array(folder.source.target(planned.entry)), isSameTime = !differences.contains(.time)
        let time = differences.intersection(.time)
        if !target.elementsEqual(folder.destination.target(present)) {
            folder.isDirty = true
            folder.actions.append(.makeLink(planned.path, target: target, planned.attributes, .entry, time.union(.content)))
        } else if shares.mustPart(present, changes: !isSameTime) {
            // One link here, two over there: setting the time of one would change the other.
            folder.isDirty = true
            folder.actions.append(.makeLink(planned.path, target: target, planned.attributes, .entry, time))
        } else if isSameTime {
            result.unchanged.add(.link)
        } else {
            let change = SyncChange(kind: .metadata, type: .link, path: planned.path, differences: .time, target: TreePath(target))
            folder.actions.append(.setAttributes(change, planned.attributes))
        }
    }

    /// - Returns: whether its content is asked for, or compared.
    private mutating func planFile(_ planned: PendingFile, over present: ListedEntry, in folder: inout PlannedFolder) -> Bool {
        var file = planned
        if file.size != present.size {
            folder.isDirty = true
            file.differences.insert(.size)
            folder.actions.append(.fetch(file))
        } else if shares.mustPart(present, changes: file.differences != []) {
            // One file here, two over there: what is set on one would show on the other, so this name gets a file of its own.
            folder.isDirty = true
            file.isShared = true
            folder.actions.append(.fetch(file))
        } else if file.size > 0, options.comparesContent || file.differences.contains(.time) {
            // The quick check, as rsync has it: the same size and time are taken for the same content.
            folder.isDirty = true
            folder.actions.append(.compare(file, local: present.attributes))
        } else {
            // A part belongs to a state of the file that the destination has got past.
            if let part = file.partPath { folder.actions.append(.removeStale(part)) }
            if file.differences == [] {
                result.unchanged.add(.file)
            } else {
                let change = SyncChange(kind: .metadata, type: .file, path: file.path, differences: file.differences)
                folder.actions.append(.setAttributes(change, file.attributes))
            }
            return false
        }
        return true
    }

    /// One more name of a file or link that has its place under another name; it is made at the end.
    private mutating func planHardLink(_ planned: PlannedEntry, to first: Int, in folder: inout PlannedFolder) {
        let entry = planned.entry
        var link = PlannedHardLink(planned, group: first, target: entry.kind == .link ? Array(folder.source.target(entry)) : [])
        if let present = planned.present, present.kind == entry.kind {
            link.differences = Self.differences(planned.attributes, present.attributes, policy)
            if entry.kind == .link {
                link.differences.formIntersection(.time)
                if !link.target.elementsEqual(folder.destination.target(present)) { link.differences.insert(.content) }
            } else if entry.size != present.size {
                link.differences.formUnion([.content, .size])
            }
        } else {
            guard let cleared = clearWay(for: planned, in: &folder) else { return }
            link.replacement = cleared
            folder.isDirty = true
        }
        result.hardLinks.append(link)
    }
}
