import Synchronization

/// The files that the next run takes alone, between the messages that bring their keys and its start.
final class HeldShare: Sendable {
    private let held = Mutex(Set<UInt64>())
    /// No suite has more.
    private static let most = 10_000_000

    func add(_ keys: [UInt64]) {
        held.withLock { held in
            if held.count + keys.count <= Self.most { held.formUnion(keys) }
        }
    }

    /// `nil` where none was named.
    func take() -> Set<UInt64>? {
        held.withLock { held in
            defer { held = [] }
            return held.isEmpty ? nil : held
        }
    }
}
