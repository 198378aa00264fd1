import Synchronization

/// Numbers for the databases of this process, so that no two have one name.
enum DatabaseNumbers {
    private static let last = Atomic<Int>(0)

    static func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}
