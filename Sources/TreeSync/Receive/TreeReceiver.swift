public import Wire

/// The side of a sync that gets the tree.
public enum TreeReceiver {
    /// Makes the folder `root` like the sender's tree.
    /// - Parameters:
    ///   - root: made, with the folders above it, where it is missing; a link to a folder is followed, but none below it.
    ///   - policy: what the sender may do; nothing that it sends leads outside `root` under any policy.
    ///   - options: set on the side that starts the sync and `nil` on the other, which is told them.
    ///   - owned: where only what an earlier sync wrote may be changed or deleted; `nil` makes the folder a mirror.
    ///   - rootIsNew: whether the caller has just made the folder for this sync.
    ///   - lanes: takes further channels in, where the sender opens some.
    ///   - channel: carries this conversation and nothing else.
    ///   - events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``SyncError``, from either side, or `CancellationError`.
    public static func run(root: String, policy: ReceiverPolicy = .untrusted, options: SyncOptions? = nil,
                           owned: (any OwnedPaths)? = nil, rootIsNew: Bool = false, lanes: LaneReceiver? = nil, over channel: any MessageChannel,
                           events: @escaping SyncEventHandler = { _ in }) async throws -> SyncReport {
        // Requests are few bytes, and the sender always takes them in.
        let bridge = ChannelBridge(inboxLimit: WireLimits.window, outboxLimit: .max)
        lanes?.open(bridge.inbox)
        let session = ReceiverSession(root: root, policy: policy, options: options, owned: owned, rootIsNew: rootIsNew, bridge: bridge, events: EventSink(events))
        return try await bridge.run(over: channel) { try session.run() }
    }
}
