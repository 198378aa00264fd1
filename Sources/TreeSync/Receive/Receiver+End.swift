/// What is done when all contents are there.
extension Receiver {
    func finishTree() throws {
        guard let plan = planner?.result else { return }
        for link in plan.hardLinks { try make(link, plan.hardLinkSources) }
        for (index, deletion) in plan.deletions.enumerated() {
            try change(deletion.change) { writer throws(Errno) in
                // It may have gone before, for want of room.
                if let outcome = writer.room.outcome(index) { try outcome.get() } else { try writer.delete(deletion) }
            }
        }
        guard !options.dryRun, let writer else { return }
        // Backwards: what a folder holds is done before the folder may shut us out.
        let folders = plan.folders(touched: touchedFolders)
        for (path, attributes) in folders.reversed() {
            do throws(Errno) {
                try writer.setAttributes(TreePath(path), .directory, attributes)
            } catch {
                try ReceiverFailure.note(error, TreePath(path), ledger)
            }
        }
        writer.closeOpened(except: Set(folders.map(\.path)))
    }

    private func make(_ link: PlannedHardLink, _ sources: [Int: HardLinkSource]) throws {
        let isFile = link.type == .file
        // Without a place, none of its names could be had, and each has its problem.
        guard let place = isFile && !options.dryRun ? ledger.hardLinkGroups.place(of: link.group) : sources[link.group]?.path else { return }
        if place == link.path { return link.isAsListed ? ledger.unchanged(link.type) : () }
        if isFile, !options.dryRun, ledger.hardLinkGroups.hasFailed(link) { return }
        if let writer, writer.isSameFile(link.path, place) { return ledger.unchanged(link.type) }
        let differences = isFile ? link.differences : link.differences.union(.isName)
        let change = SyncChange(kind: link.replacement.kind, type: link.type, path: link.path, differences: differences, target: place)
        try self.change(change, link.replacement) { writer throws(Errno) in
            if !isFile, !writer.isLink(place, to: link.target, link.attributes) {
                try writer.makeLink(link.path, target: link.target, link.attributes, link.replacement)
            } else {
                try writer.makeHardLink(link, to: place)
            }
        }
        touchedFolders.insert(link.path.split.parent)
    }

    func report(_ summary: SenderSummary) throws -> SyncReport {
        try ledger.flushChanges()
        try SyncReport.check(summary.problemCount, summary.noteCount)
        for problem in summary.problems + summary.notes { ledger.problem(problem, isKnown: true) }
        ledger.edit { report in
            report.problemCount += max(0, summary.problemCount - summary.problems.count)
            report.noteCount += max(0, summary.noteCount - summary.notes.count)
            if summary.problemCount > 0 { report.isPartial = true }
            report.isDryRun = options.dryRun
            report.treeDigest = treeDigest
            report.bytesToReceiver = bridge.inbox.received
            report.bytesToSender = bridge.outbox.sent
            report.secondsFinishing = watch.lap()
        }
        let report = ledger.report
        try bridge.outbox.put(JSONPart.encode(.result, fitting: report))
        events.progress(isLast: true) { _ in }
        return report
    }
}
