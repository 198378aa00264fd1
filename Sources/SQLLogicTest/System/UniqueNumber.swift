import Synchronization

/// Numbers that no two names of this process share.
enum UniqueNumber {
    private static let last = Atomic<Int>(0)

    static func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}
