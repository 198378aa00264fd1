import Glibc

/// What comes after the listing: contents, and the end.
extension Reception {
    func receiveContent() throws -> SenderSummary {
        while true {
            let (kind, message) = try next()
            if kind == .dataEnd {
                let summary = try JSONPart.decode(SenderSummary.self, message)
                try receiveRest(lanes: summary.lanes)
                content?.finish()
                if let failure = bridge.inbox.failure { throw failure }
                guard ledger.isSettled else { throw SyncError.violation("less than it was asked for") }
                return summary
            }
            try take(kind, message)
        }
    }

    /// What is still under way on the other lanes.
    private func receiveRest(lanes: Int) throws {
        guard (0...BulkLanes.most).contains(lanes) else { throw SyncError.violation("an impossible number of lanes") }
        bridge.inbox.expect(lanes: lanes)
        while let message = try bridge.inbox.take() {
            let kind = try MessageKind.of(message)
            if kind == .abort { throw try JSONPart.decode(Abort.self, message).error }
            guard lanes > 0, MessageKind.isBulk(message) else { throw SyncError.violation("messages after its last") }
            try take(kind, message)
        }
    }

    func take(_ kind: MessageKind, _ message: [UInt8]) throws {
        guard let content else { throw SyncError.violation("what was not asked for") }
        switch kind {
        case .batch: try content.batch(message)
        case .piece: try content.piece(message)
        case .fileEnd: try content.end(message)
        case .recipe: try content.recipe(message)
        case .answers: try take(FileAnswer(decoding: message))
        default: throw SyncError.violation("messages out of order")
        }
    }

    private func take(_ answer: FileAnswer) throws {
        switch answer.outcome {
        case .failed(let kind, let reason):
            try content?.giveUp(answer.id, kind, reason)
        case .differs:
            let wanted = try ledger.take(answer.id)
            try ledger.changed(wanted.file.change)
        case .same:
            let wanted = try ledger.take(answer.id)
            guard let local = wanted.local else { throw SyncError.violation("an answer to no question") }
            var now = local
            now.mode &= policy.modeMask
            guard now != wanted.file.attributes else { return ledger.unchanged(.file) }
            try change(SyncChange(kind: .metadata, type: .file, path: wanted.file.path, differences: wanted.file.differences)) { hand throws(Errno) in
                try hand.setAttributes(wanted.file.path, .file, wanted.file.attributes)
            }
        }
    }

    // MARK: The end

    func finishTree() throws {
        guard let merger else { return }
        for name in merger.names { try giveName(name) }
        for deletion in merger.deletions {
            try change(deletion.change) { hand throws(Errno) in try hand.delete(deletion) }
        }
        guard !options.dryRun, let hand else { return }
        // Backwards: what a folder holds is done before the folder may shut us out.
        for (path, attributes) in merger.folders(touched: touchedFolders).reversed() {
            do throws(Errno) {
                try hand.setAttributes(TreePath(path), .directory, attributes)
            } catch {
                try ReceiverFailure.note(error, TreePath(path), ledger)
            }
        }
    }

    private func giveName(_ name: PlannedName) throws {
        if let hand, hand.isSameFile(name.path, name.file) { return ledger.unchanged(.file) }
        let kind: SyncChange.Kind = if case .nothing = name.replacement { .create } else { .update }
        let named = SyncChange(kind: kind, type: .file, path: name.path, differences: name.differences, target: name.file)
        try change(named, name.replacement) { hand throws(Errno) in try hand.makeName(name) }
        touchedFolders.insert(name.path.split.parent)
    }

    func report(_ summary: SenderSummary) throws -> SyncReport {
        try ledger.flushChanges()
        try SyncReport.check(summary.problemCount)
        ledger.edit { report in
            for problem in summary.problems { report.add(problem) }
            report.problemCount += max(0, summary.problemCount - summary.problems.count)
            if summary.leavesGap { report.isPartial = true }
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
