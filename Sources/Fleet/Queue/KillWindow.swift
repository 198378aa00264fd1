import Synchronization

/// Instants between two steps that belong together. Tests end a process there; nobody listens otherwise.
package enum KillWindow: String, Sendable, CaseIterable {
    /// A claim's file is open and has no owner yet.
    case claimOpened = "claim-opened"
    /// It is whole, but not in the queue's folder.
    case claimWritten = "claim-written"
    /// It is in the queue; the cursor has not moved on.
    case claimLinked = "claim-linked"
    /// The record is in the claim's file, and no result.
    case recordWritten = "record-written"
    /// The result is there; it is not counted, and in no feed.
    case resultLinked = "result-linked"
    /// The result is in the feed and not counted.
    case feedWritten = "feed-written"

    private static let listener = Mutex<(@Sendable (KillWindow) -> Void)?>(nil)
    private static let isHeard = Atomic<Bool>(false)

    /// Calls `body` at each of them from now on, in the thread that comes by.
    package static func listen(_ body: @escaping @Sendable (KillWindow) -> Void) {
        listener.withLock { $0 = body }
        isHeard.store(true, ordering: .releasing)
    }

    func reach() {
        guard KillWindow.isHeard.load(ordering: .relaxed) else { return }
        let body = KillWindow.listener.withLock { $0 }
        body?(self)
    }
}
