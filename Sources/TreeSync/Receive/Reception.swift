import Glibc

/// The receiver's own thread at work: from the first part of the manifest to the report.
final class Reception {
    private let handle: DirectoryHandle?
    let hand: DestinationWriter?
    let content: ContentReceiver?
    private let scanner: TreeScanner?
    private let scope: RuleScope
    let options: SyncOptions
    let policy: ReceiverPolicy
    let ledger: ReceiverLedger
    let bridge: ChannelBridge
    let events: EventSink

    var merger: TreeMerger?
    private var reader: ManifestReader
    /// Whether actions are carried out as they are planned.
    private var isEager = false
    private var held: [PlannedAction] = []
    private var requests: [FileRequest] = []
    private var comparisons: [ReceiverLedger.Wanted] = []
    private var comparisonBytes: UInt64 = 0
    var treeDigest = ""
    /// Folders in which further names were made.
    var touchedFolders: Set<[UInt8]> = []
    var watch = Stopwatch()

    init(handle: DirectoryHandle?, content: ContentReceiver?, scanner: TreeScanner?, scope: RuleScope, options: SyncOptions,
         policy: ReceiverPolicy, ledger: ReceiverLedger, bridge: ChannelBridge, events: EventSink) {
        self.handle = handle
        hand = handle.map { DestinationWriter($0) }
        self.content = content
        self.scanner = scanner
        self.scope = scope
        self.options = options
        self.policy = policy
        self.ledger = ledger
        self.bridge = bridge
        self.events = events
        reader = ManifestReader(policy: policy)
    }

    func run() throws -> SyncReport {
        try receiveManifest()
        ledger.edit { $0.secondsListing = watch.lap() }
        let summary = try receiveContent()
        ledger.edit { $0.secondsMoving = watch.lap() }
        try finishTree()
        return try report(summary)
    }

    func next() throws -> (MessageKind, [UInt8]) {
        guard let message = try bridge.inbox.take() else {
            // What the threads find in the last messages explains more than that they were the last.
            content?.finish()
            if let failure = bridge.inbox.failure { throw failure }
            throw SyncError.disconnected
        }
        let kind = try MessageKind.of(message)
        if kind == .abort { throw try JSONPart.decode(Abort.self, message).error }
        return (kind, message)
    }

    // MARK: The manifest

    private func receiveManifest() throws {
        while true {
            let (kind, message) = try next()
            switch kind {
            case .manifest: try merge(message)
            case .manifestEnd: return try endManifest(message)
            default: try take(kind, message)
            }
        }
    }

    private func merge(_ message: [UInt8]) throws {
        for (listing, isUnreadable) in try reader.read(message) {
            if merger == nil { try begin() }
            try merger?.merge(listing, isUnreadable: isUnreadable)
        }
        let entries = reader.entries
        events.progress { $0.entriesListed = entries }
        if isEager { try flushRequests() }
    }

    private func begin() throws {
        guard let wanted = reader.root else { throw SyncError.violation("a folder before its root") }
        let now = try? handle?.attributes()
        if let handle, let scanner {
            isEager = try !options.dryRun && scanner.readNow([], scope: scope, root: handle).listing.entries.isEmpty
        } else {
            isEager = true
        }
        var masked = wanted
        masked.mode &= policy.modeMask
        merger = TreeMerger(options: options, policy: policy, scope: scope, rootExists: handle != nil, root: masked, rootNow: now,
                            list: { [unowned self] path, scope in try list(path, scope) },
                            emit: { [unowned self] action in
                                if isEager || options.dryRun { try perform(action) } else { held.append(action) }
                            })
    }

    private func list(_ path: [UInt8], _ scope: RuleScope) throws -> DirectoryListing {
        guard let handle, let scanner else { return DirectoryListing(path: path) }
        return try (scanner.folder(path) ?? scanner.readNow(path, scope: scope, root: handle)).listing
    }

    private func endManifest(_ message: [UInt8]) throws {
        var end = ByteReader(message: message)
        guard let merger, merger.isComplete, !reader.isInsideFolder, try end.number() == UInt64(reader.entries) else {
            throw SyncError.violation("a manifest that is not whole")
        }
        treeDigest = String(decoding: try end.string(upTo: 64), as: UTF8.self)
        scanner?.stop()
        for problem in merger.problems { ledger.problem(problem) }
        try guardAgainstMassDeletion(merger)
        ledger.edit {
            $0.seen = merger.seen
            $0.bytesTotal = reader.bytes
            $0.unchanged.add(merger.unchanged)
        }
        for action in held { try perform(Self.completed(action, merger.localFiles)) }
        held = []
        try flushRequests()
        try Self.settle(0, planned: true, ledger, bridge)
    }

    /// Names another file of the receiver's to take the content from, now that all of them are known.
    private static func completed(_ action: PlannedAction, _ files: LocalFiles) -> PlannedAction {
        guard case .fetch(var file) = action else { return action }
        file.twin = files.twin(of: file)
        return .fetch(file)
    }

    private func guardAgainstMassDeletion(_ merger: TreeMerger) throws {
        guard merger.doomed > 0, !options.force else { return }
        let isEmpty = reader.entries == 0
        guard isEmpty || (merger.existing >= 20 && merger.doomed * 2 > merger.existing) else { return }
        if options.dryRun { return ledger.edit { $0.needsForce = true } }
        let what = isEmpty ? "the source is empty" : "that looks like a wrong source or destination"
        throw SyncError(.massDeletion, "cannot sync without --force: \(merger.doomed) of the destination's \(merger.existing) files would be deleted, and \(what); nothing was changed")
    }

    // MARK: Carrying the plan out

    private func perform(_ action: PlannedAction) throws {
        switch action {
        case .makeDirectory(let path, let replacing):
            try change(SyncChange(kind: replacing == nil ? .create : .update, type: .directory, path: path, differences: .isNew)) { hand throws(Errno) in
                try hand.makeDirectory(path, replacing: replacing)
            }
        case .makeLink(let path, let target, let attributes, let replacement, let differences):
            let kind: SyncChange.Kind = if case .nothing = replacement { .create } else { .update }
            try change(SyncChange(kind: kind, type: .link, path: path, differences: differences, target: TreePath(target)), replacement) { hand throws(Errno) in
                try hand.makeLink(path, target: target, attributes, replacement)
            }
        case .setAttributes(let touched, let attributes):
            try change(touched) { hand throws(Errno) in try hand.setAttributes(touched.path, touched.type, attributes) }
        case .noteDirectory(let path, let differences):
            try ledger.changed(SyncChange(kind: .metadata, type: .directory, path: path, differences: differences))
        case .removeStale(let path):
            if !options.dryRun { hand?.discard(path) }
        case .fetch(let file):
            if options.dryRun { return try note(file.change, file.replacement) }
            let wanted = ReceiverLedger.Wanted(file: file, local: nil)
            if file.mayBeDelta || file.twin != nil || (options.isFar && file.mayBeSmallDelta) { return try requestRecipe(wanted) }
            ledger.want(wanted)
            requests.append(FileRequest(id: file.id, wish: .send))
            if requests.count >= 4096 { try flushRequests() }
        case .compare(let file, let local):
            if file.mayBeDelta, !options.dryRun { return try requestRecipe(ReceiverLedger.Wanted(file: file, local: local)) }
            comparisons.append(ReceiverLedger.Wanted(file: file, local: local))
            comparisonBytes &+= file.size
            if comparisons.count >= 64 || comparisonBytes >= 4 << 20 { try flushComparisons() }
        }
    }

    /// Makes one change and counts it, or notes why it cannot be made. A dry run only counts.
    /// - Parameter replacement: what it takes the place of.
    func change(_ change: SyncChange, _ replacement: Replacement = .nothing, _ body: (DestinationWriter) throws(Errno) -> Void) throws {
        if !options.dryRun, let hand {
            do throws(Errno) { try body(hand) } catch {
                return try ReceiverFailure.note(error, change.path, kind: change.kind == .delete ? .undeletable : .unwritable, ledger)
            }
        }
        try note(change, replacement)
    }

    /// Counts a change, and with it the deletions that it takes.
    private func note(_ change: SyncChange, _ replacement: Replacement) throws {
        for deletion in replacement.content { try ledger.changed(deletion.change) }
        try ledger.changed(change)
    }

    /// Asks for the chunks of a file, to take from the sender only what the receiver does not have.
    private func requestRecipe(_ wanted: ReceiverLedger.Wanted) throws {
        _ = ledger.comparisons(1)
        // What was only renamed needs no fine list.
        let rule = ChunkRule(fileSize: wanted.file.twin == nil ? wanted.file.size : max(wanted.file.size, DeltaFile.smallest))
        try content?.prepareDelta(wanted, rule, answer: { [bridge] in try bridge.outbox.put($0) },
                                  done: { [ledger, bridge] in try Self.settle(-1, ledger, bridge) })
    }

    private func flushRequests() throws {
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
            var requests: [FileRequest] = []
            for var wanted in batch {
                let digest = assembler.digest(of: wanted.file.path, stream)
                let wish: FileRequest.Wish
                switch (digest, isDryRun) {
                case (let digest?, false): wish = .sendUnless(digest)
                case (let digest?, true): wish = .compare(digest)
                case (nil, false): (wish, wanted.local) = (.send, nil)
                case (nil, true):
                    try ledger.changed(wanted.file.change)
                    continue
                }
                ledger.want(wanted)
                requests.append(FileRequest(id: wanted.file.id, wish: wish))
            }
            if !requests.isEmpty { try bridge.outbox.put(FileRequest.encode(requests)) }
            try Self.settle(-1, ledger, bridge)
        }
    }

    /// Counts comparisons; once the last is settled, says that nothing more will be asked for.
    private static func settle(_ change: Int, planned: Bool = false, _ ledger: ReceiverLedger, _ bridge: ChannelBridge) throws {
        if ledger.comparisons(change, planned: planned) { try bridge.outbox.put([MessageKind.requestsEnd.rawValue]) }
    }
}
