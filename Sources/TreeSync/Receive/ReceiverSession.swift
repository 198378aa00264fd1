import Glibc

/// One sync as its receiver sees it: this thread receives messages, plans, and makes folders and links; a few write
/// and compare contents.
///
/// Into an empty destination everything goes as soon as it is known. Else nothing is changed before the whole
/// manifest is there and it is clear that no more is to be deleted than may be.
final class ReceiverSession: Sendable {
    private let root: String
    private let policy: ReceiverPolicy
    private let options: SyncOptions?
    private let owned: (any OwnedPaths)?
    private let rootIsNew: Bool
    private let bridge: ChannelBridge
    private let events: EventSink

    init(root: String, policy: ReceiverPolicy, options: SyncOptions?, owned: (any OwnedPaths)? = nil, rootIsNew: Bool = false, bridge: ChannelBridge, events: EventSink) {
        self.root = root
        self.policy = policy
        self.options = options
        self.owned = owned
        self.rootIsNew = rootIsNew
        self.bridge = bridge
        self.events = events
    }

    func run() throws -> SyncReport {
        let outbox = bridge.outbox
        try DescriptorLimit.check(for: "the receiver")
        try outbox.put(JSONPart.encode(.hello, Greeting(options: options)))
        let hello = try JSONPart.decode(Greeting.self, expect(.hello)).checked()
        let agreed = try Greeting.agreed(options, hello.options)
        let scope = RuleScope(try RuleTexts.decoded(limit: policy.ruleBytes) { try expect(.rules) })
        var status = stat()
        let isNew = rootIsNew || stat(root, &status) != 0
        let handle = try DestinationRoot.open(root, makes: !agreed.dryRun)

        var forward: (@Sendable ([UInt8]) throws -> Void)?
        if options == nil { forward = { try outbox.put($0) } }
        let ledger = ReceiverLedger(events: events, byteLimit: policy.bytes, reportsChanges: agreed.reportsChanges, forward: forward)
        let hardLinks = HardLinkRequests(ledger: ledger, bridge: bridge)
        guard let handle else {
            return try Receiver(destination: nil, rootIsNew: isNew, scope: scope, options: agreed, policy: policy, ledger: ledger, hardLinks: hardLinks,
                                 bridge: bridge, events: events).run()
        }
        let scanner = TreeScanner(side: .receiver)
        let room = RoomMaker { ledger.outstandingBytes }, opened = OpenedFolders()
        let makeWriter: @Sendable () -> DestinationWriter = { DestinationWriter(handle, room, opened) }
        let content = ContentReceiver(ledger: ledger, hardLinks: hardLinks, policy: policy, freshTimes: agreed.freshTimes, threads: ParallelWork.defaultThreads, makeWriter: makeWriter) { [self] in
            bridge.inbox.fail($0)
        }
        defer { scanner.stop() }
        // Of a part, few folders are looked at.
        if !agreed.isPart { try scanner.start(handle, scope: scope) }
        let destination = Receiver.Destination(handle: handle, writer: makeWriter(), content: content, scanner: scanner)
        do {
            let report = try Receiver(destination: destination, rootIsNew: isNew, scope: scope, options: agreed, policy: policy, owned: owned, ledger: ledger, hardLinks: hardLinks,
                                       bridge: bridge, events: events).run()
            content.stop()
            return report
        } catch {
            // What came of large files is of use to the next sync, unless this one failed for a reason of its own.
            content.stop(keeping: error is CancellationError || (error as? SyncError)?.code == .disconnected)
            makeWriter().closeOpened()
            // What was done before is told all the same.
            try? ledger.flushChanges()
            throw error
        }
    }

    private func expect(_ kind: MessageKind) throws -> [UInt8] {
        guard let message = try bridge.inbox.receive() else { throw SyncError.disconnected }
        let found = try MessageKind.of(message)
        if found == .abort { throw try JSONPart.decode(Abort.self, message).error }
        guard found == kind else { throw SyncError.violation("messages out of order") }
        return message
    }
}
