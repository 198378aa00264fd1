import Synchronization
public import Wire

/// Where further channels of a sync are handed to its receiver.
public final class LaneReceiver: Sendable {
    private let inbox = Mutex<Inbox?>(nil)

    /// A receiver of lanes that no sync has yet.
    public init() {}

    func open(_ inbox: Inbox) { self.inbox.withLock { $0 = inbox } }

    /// Takes a lane's messages in, until the sender has finished on it.
    /// - Throws: ``SyncError`` where no receiver runs.
    public func carry(_ channel: any MessageChannel) async throws {
        guard let inbox = inbox.withLock(\.self) else {
            throw SyncError(.disconnected, "cannot join the sync: it has not begun, or is over", canRetry: true)
        }
        var hasCarried = false
        do {
            while let message = try await channel.receive() {
                guard MessageKind.isBulk(message) else { throw SyncError.violation("something else than content on a further lane") }
                hasCarried = true
                await inbox.put(message)
            }
            inbox.endLane()
        } catch {
            // A lane that came too late to be of use is dropped without a word, and the sync goes on. One that the
            // sender counts on and that breaks before its first message is noticed by the sender.
            if hasCarried || error is SyncError { inbox.fail(ChannelBridge.described(error), atOnce: false) }
            throw error
        }
    }
}
