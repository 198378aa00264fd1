public import Wire

/// The side of a sync that has the tree.
public enum TreeSender {
    /// Sends the tree below `root`.
    /// - Parameters:
    ///   - root: a folder; a link to one is followed.
    ///   - rules: what is left out, and protected on the receiver.
    ///   - options: set on the side that starts the sync and `nil` on the other, which is told them.
    ///   - lanes: further channels, opened when there is much to send; `nil` does with one.
    ///   - channel: carries this conversation and nothing else.
    ///   - events: called from other threads, one call at a time; it must return soon.
    /// - Returns: the receiver's report.
    /// - Throws: ``SyncError``, from either side, or `CancellationError`.
    public static func run(root: String, rules: SourceRules = SourceRules(), options: SyncOptions? = nil,
                           lanes: BulkLanes? = nil, over channel: any MessageChannel,
                           events: @escaping SyncEventHandler = { _ in }) async throws -> SyncReport {
        // Requests are always taken in, however many: a receiver that waits for room could never free any.
        let bridge = ChannelBridge(inboxLimit: .max, outboxLimit: WireLimits.window)
        let session = SenderSession(root: root, rules: rules, options: options, bridge: bridge, events: EventSink(events))
        return try await bridge.run(over: channel, lanes: lanes) { try session.run() }
    }
}
