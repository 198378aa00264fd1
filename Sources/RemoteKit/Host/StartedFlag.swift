import Synchronization

/// Whether the agent has answered: from then on an error is the work's, not the start's.
final class StartedFlag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
