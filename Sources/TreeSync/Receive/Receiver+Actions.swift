/// The plan, carried out.
extension Receiver {
    func perform(_ action: PlannedAction) throws {
        switch action {
        case .own(let path):
            if !options.dryRun { try owned?.add(path) }
        case .makeDirectory(let path, let replacing):
            try change(SyncChange(kind: replacing == nil ? .create : .update, type: .directory, path: path, differences: .isNew)) { writer throws(Errno) in
                try writer.makeDirectory(path, replacing: replacing)
            }
        case .makeLink(let path, let target, let attributes, let replacement, let differences):
            let change = SyncChange(kind: replacement.kind, type: .link, path: path, differences: differences, target: TreePath(target))
            try self.change(change, replacement) { writer throws(Errno) in
                try writer.makeLink(path, target: target, attributes, replacement)
            }
        case .setAttributes(let touched, let attributes):
            try change(touched) { writer throws(Errno) in try writer.setAttributes(touched.path, touched.type, attributes) }
        case .noteDirectory(let change):
            try ledger.changed(change)
        case .removeStale(let path):
            if !options.dryRun { writer?.discard(path) }
        case .fetch(let file):
            try fetch(file)
        case .compare(let file, let local):
            try compare(file, with: local)
        }
    }

    private func fetch(_ file: PendingFile) throws {
        if options.dryRun {
            ledger.wouldMove(file)
            return try note(file.change, file.replacement)
        }
        var file = file
        file.ticket = ledger.ticket()
        let requested = RequestedFile(file: file, local: nil)
        if file.mayBeDelta || file.renameSource != nil || (options.isFar && file.mayBeSmallDelta) { return try requestRecipe(requested) }
        ledger.want(requested)
        requests.append(FileRequest(id: file.id, kind: .send))
        if requests.count >= 4096 { try flushRequests() }
    }

    private func compare(_ file: PendingFile, with local: Attributes) throws {
        var file = file
        file.ticket = ledger.ticket()
        let requested = RequestedFile(file: file, local: local)
        if file.mayBeDelta, !options.dryRun { return try requestRecipe(requested) }
        comparisons.append(requested)
        comparisonBytes &+= file.size
        if comparisons.count >= 64 || comparisonBytes >= 4 << 20 { try flushComparisons() }
    }

    /// Makes one change and counts it, or notes why it cannot be made. A dry run only counts.
    /// - Parameters:
    ///   - replacement: what it takes the place of.
    ///   - ticket: of what it belongs to.
    func change(_ change: SyncChange, _ replacement: Replacement = .nothing, ticket: Int? = nil, _ body: (DestinationWriter) throws(Errno) -> Void) throws {
        if !options.dryRun, let writer {
            do throws(Errno) { try body(writer) } catch {
                return try ReceiverFailure.note(error, change.path, kind: change.kind == .delete ? .undeletable : .unwritable, ledger)
            }
        }
        try note(change, replacement, ticket)
    }

    /// Counts a change, and with it the deletions that it takes.
    private func note(_ change: SyncChange, _ replacement: Replacement, _ ticket: Int? = nil) throws {
        for deletion in replacement.content { try ledger.changed(deletion.change, ticket) }
        try ledger.changed(change, ticket)
    }

    // MARK: Requests

    /// Asks for the chunks of a file, to take from the sender only what the receiver does not have.
    private func requestRecipe(_ requested: RequestedFile) throws {
        _ = ledger.comparisons(1)
        let size = requested.file.size
        // What was only renamed needs no fine list.
        let rule = ChunkRule(fileSize: requested.file.renameSource == nil ? size : max(size, ChunkRule.smallestFile))
        try content?.prepareDelta(requested, rule, answer: { [bridge] in try bridge.outbox.put($0) },
                                  done: { [ledger, bridge] in try Self.settle(-1, ledger, bridge) })
    }

    func flushRequests() throws {
        try flushComparisons()
        guard !requests.isEmpty else { return }
        try bridge.outbox.put(FileRequest.encode(requests))
        requests = []
    }

    /// Computes digests on another thread and asks the sender whether its own are the same.
    private func flushComparisons() throws {
        guard !comparisons.isEmpty, let content else { return }
        let batch = comparisons
        comparisons = []
        comparisonBytes = 0
        _ = ledger.comparisons(1)
        let isDryRun = options.dryRun
        try content.submit { [ledger, bridge] assembler in
            let stream = DigestStream()
            let requests = try batch.compactMap { try Self.request($0, assembler.digest(of: $0.file.path, stream), isDryRun, ledger) }
            if !requests.isEmpty { try bridge.outbox.put(FileRequest.encode(requests)) }
            try Self.settle(-1, ledger, bridge)
        }
    }

    /// What to ask for a file that is to be compared.
    /// - Parameter digest: of what the receiver has; `nil` where that cannot be read.
    /// - Returns: `nil` where nothing needs to be asked.
    private static func request(_ requested: RequestedFile, _ digest: ContentDigest?, _ isDryRun: Bool, _ ledger: ReceiverLedger) throws -> FileRequest? {
        var requested = requested
        let kind: FileRequest.Kind
        switch (digest, isDryRun) {
        case (let digest?, false): kind = .sendUnless(digest)
        case (let digest?, true): kind = .compare(digest)
        case (nil, false): (kind, requested.local) = (.send, nil)
        case (nil, true):
            ledger.wouldMove(requested.file)
            try ledger.changed(requested.file.change, requested.file.ticket)
            try ledger.close(requested.file.ticket)
            return nil
        }
        ledger.want(requested)
        return FileRequest(id: requested.file.id, kind: kind)
    }

    /// Counts comparisons; once the last is settled, says that nothing more will be asked for.
    static func settle(_ change: Int, planned: Bool = false, _ ledger: ReceiverLedger, _ bridge: ChannelBridge) throws {
        if ledger.comparisons(change, planned: planned) { try bridge.outbox.put([MessageKind.requestsEnd.rawValue]) }
    }
}
