import Glibc

/// One sync as its receiver sees it: this thread takes messages in, merges, and makes folders and links; a few write
/// and compare contents.
///
/// Into an empty destination everything goes as soon as it is known. Else nothing is changed before the whole
/// manifest is there and it is clear that no more is to be deleted than may be.
final class ReceiverSession: Sendable {
    private let root: String
    private let policy: ReceiverPolicy
    private let options: SyncOptions?
    private let bridge: ChannelBridge
    private let events: EventSink

    init(root: String, policy: ReceiverPolicy, options: SyncOptions?, bridge: ChannelBridge, events: EventSink) {
        self.root = root
        self.policy = policy
        self.options = options
        self.bridge = bridge
        self.events = events
    }

    func run() throws -> SyncReport {
        let outbox = bridge.outbox
        try outbox.put(JSONPart.encode(.hello, Greeting(options: options)))
        let hello = try JSONPart.decode(Greeting.self, expect(.hello)).checked()
        let agreed = try Greeting.agreed(options, hello.options)
        let rules = try expect(.rules)
        guard rules.count <= policy.ruleBytes else {
            throw SyncError(.limit, "cannot take the tree: its ignore rules are longer than \(policy.ruleBytes) bytes")
        }
        let scope = RuleScope(try RuleTexts(decoding: rules))
        let handle = try DestinationRoot.open(root, makes: !agreed.dryRun)

        var forward: (@Sendable ([SyncChange]) throws -> Void)?
        if options == nil { forward = { try outbox.put(ChangeCodec.encode($0)) } }
        let ledger = ReceiverLedger(events: events, byteLimit: policy.bytes, reportsChanges: agreed.reportsChanges, forward: forward)
        guard let handle else {
            return try Reception(handle: nil, content: nil, scanner: nil, scope: scope, options: agreed, policy: policy, ledger: ledger,
                                 bridge: bridge, events: events).run()
        }
        let scanner = TreeScanner(side: .receiver)
        let content = ContentReceiver(root: handle, ledger: ledger, policy: policy, threads: TreeScanner.defaultThreads) { [self] in
            bridge.inbox.fail($0)
        }
        defer { scanner.stop() }
        try scanner.start(handle, scope: scope)
        do {
            let report = try Reception(handle: handle, content: content, scanner: scanner, scope: scope, options: agreed, policy: policy, ledger: ledger,
                                       bridge: bridge, events: events).run()
            content.stop()
            return report
        } catch {
            // What came of large files is of use to the next sync, unless this one failed for a reason of its own.
            content.stop(keeping: error is CancellationError || (error as? SyncError)?.code == .disconnected)
            throw error
        }
    }

    private func expect(_ kind: MessageKind) throws -> [UInt8] {
        guard let message = try bridge.inbox.take() else { throw SyncError.disconnected }
        let found = try MessageKind.of(message)
        if found == .abort { throw try JSONPart.decode(Abort.self, message).error }
        guard found == kind else { throw SyncError.violation("messages out of order") }
        return message
    }
}
