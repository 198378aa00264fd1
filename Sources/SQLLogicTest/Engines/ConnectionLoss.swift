import Synchronization

/// Where the connections of one engine note that one of them ended by itself.
final class ConnectionLoss: Sendable {
    private let isNoted = Atomic<Bool>(false)

    func note() { isNoted.store(true, ordering: .relaxed) }

    /// Whether a loss was noted since the last call.
    func consume() -> Bool { isNoted.exchange(false, ordering: .relaxed) }
}
