/// The receiver's own thread at work: from the first part of the manifest to the report.
final class Receiver {
    /// What is there of a destination that is there.
    struct Destination {
        let handle: DirectoryHandle
        let writer: DestinationWriter
        let content: ContentReceiver
        let scanner: TreeScanner
    }

    let destination: Destination?
    let rootIsNew: Bool
    var writer: DestinationWriter? { destination?.writer }
    var content: ContentReceiver? { destination?.content }
    let scope: RuleScope
    let options: SyncOptions
    let policy: ReceiverPolicy
    let owned: (any OwnedPaths)?
    let ledger: ReceiverLedger
    let hardLinks: HardLinkRequests
    let bridge: ChannelBridge
    let events: EventSink

    /// There once the root's attributes have come.
    var planner: TreePlanner?
    var manifest: ManifestReader
    /// Whether actions are carried out as they are planned.
    var isEager = false
    /// Actions that wait for the whole plan.
    var held: [PlannedAction] = []
    var requests: [FileRequest] = []
    var comparisons: [RequestedFile] = []
    var comparisonBytes: UInt64 = 0
    var treeDigest = ""
    /// Folders in which hard links were made.
    var touchedFolders: Set<[UInt8]> = []
    var watch = Stopwatch()

    /// - Parameters:
    ///   - destination: `nil` in a dry run where it is not there.
    ///   - rootIsNew: whether it was not there before this sync.
    init(destination: Destination?, rootIsNew: Bool, scope: RuleScope, options: SyncOptions, policy: ReceiverPolicy, owned: (any OwnedPaths)? = nil,
         ledger: ReceiverLedger, hardLinks: HardLinkRequests, bridge: ChannelBridge, events: EventSink) {
        self.destination = destination
        self.rootIsNew = rootIsNew
        self.hardLinks = hardLinks
        self.scope = scope
        self.options = options
        self.policy = policy
        self.owned = owned
        self.ledger = ledger
        self.bridge = bridge
        self.events = events
        manifest = ManifestReader(policy: policy)
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
        guard let message = try bridge.inbox.receive() else {
            // What the threads find in the last messages explains more than that they were the last.
            content?.finish()
            if let failure = bridge.inbox.failure { throw failure }
            throw SyncError.disconnected
        }
        let kind = try MessageKind.of(message)
        if kind == .abort { throw try JSONPart.decode(Abort.self, message).error }
        return (kind, message)
    }
}
