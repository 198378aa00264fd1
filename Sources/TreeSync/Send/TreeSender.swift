public import Wire

/// The side of a sync that has the tree.
public enum TreeSender {
    /// Requests are taken out as they come, whatever waits to be sent, so that a receiver never waits for room. Only one that
    /// talks more than its listeners here can take in finds an end.
    private static let inboxLimit = 64 << 20

    /// Begins to read a source before there is a channel; hand it to ``run(_:options:lanes:over:events:)``.
    /// - Throws: ``SyncError`` where the folder or its rules cannot be read.
    public static func prepare(root: String, rules: SourceRules = SourceRules()) throws -> PreparedSource {
        try PreparedSource(root: root, rules: rules)
    }

    /// Sends a tree that is being read already.
    public static func run(_ source: PreparedSource, options: SyncOptions? = nil, lanes: BulkLanes? = nil, over channel: any MessageChannel,
                           events: @escaping SyncEventHandler = { _ in }) async throws -> SyncReport {
        try await run({ source }, options, lanes, channel, events)
    }

    /// Sends the tree below `root`.
    /// - Parameters:
    ///   - root: a folder; a link to one is followed.
    ///   - rules: what is left out, and protected on the receiver.
    ///   - options: set on the side that starts the sync and `nil` on the other, which is told them.
    ///   - lanes: hardLinks channels, opened when there is much to send; `nil` does with one.
    ///   - channel: carries this conversation and nothing else.
    ///   - events: called from other threads, one call at a time; it must return soon.
    /// - Returns: the receiver's report.
    /// - Throws: ``SyncError``, from either side; a `WireFault` with which the other side refuses the sync; or `CancellationError`.
    public static func run(root: String, rules: SourceRules = SourceRules(), options: SyncOptions? = nil,
                           lanes: BulkLanes? = nil, over channel: any MessageChannel,
                           events: @escaping SyncEventHandler = { _ in }) async throws -> SyncReport {
        try await run({ try PreparedSource(root: root, rules: rules) }, options, lanes, channel, events)
    }

    private static func run(_ source: @escaping @Sendable () throws -> PreparedSource, _ options: SyncOptions?, _ lanes: BulkLanes?,
                            _ channel: any MessageChannel, _ events: @escaping SyncEventHandler) async throws -> SyncReport {
        let bridge = ChannelBridge(inboxLimit: inboxLimit, outboxLimit: WireLimits.window)
        let session = SenderSession(source: source, options: options, bridge: bridge, events: EventSink(events))
        return try await bridge.run(over: channel, lanes: lanes) { try session.run() }
    }
}
