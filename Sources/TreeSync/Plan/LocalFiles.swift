/// Files that a receiver has, by what a renamed or copied file keeps: its size and time, its name, or most of its size.
/// What is found is a guess; contents are compared before anything is taken from it.
struct LocalFiles {
    private struct Candidate {
        var path: TreePath
        var size: UInt64
        /// Whether only the receiver has it.
        var isExtra: Bool
    }

    /// What a rename leaves as it is.
    private struct Stamp: Hashable {
        var size: UInt64
        var seconds: Int64
        var nanoseconds: UInt32

        init(_ size: UInt64, _ attributes: Attributes) {
            self.size = size
            seconds = attributes.seconds
            nanoseconds = attributes.nanoseconds
        }
    }

    /// Shorter files cost more to look for than to send.
    private static let smallest: UInt64 = 8 << 10
    /// The most files that are kept in mind.
    static let most = 100_000

    private var stamped: [Stamp: TreePath] = [:]
    /// Only files that are worth a delta.
    private var large: [Candidate] = []
    private var bySize: [UInt64: Int] = [:]
    private var byName: [ArraySlice<UInt8>: Int] = [:]

    /// Whether a file is large enough to be looked for.
    static func isWorthNoting(_ entry: ListedEntry, isExtra: Bool) -> Bool {
        entry.kind == .file && entry.size >= (isExtra ? smallest : ChunkRule.smallestFile)
    }

    /// - Parameter isExtra: whether only the receiver has it: the rename of a small file is only looked for among those.
    mutating func add(_ path: @autoclosure () -> TreePath, _ entry: ListedEntry, isExtra: Bool) {
        guard Self.isWorthNoting(entry, isExtra: isExtra), stamped.count < Self.most else { return }
        let path = path()
        guard !TemporaryName.matches(path.split.name) else { return }
        stamped[Stamp(entry.size, entry.attributes)] = path
        guard entry.size >= ChunkRule.smallestFile else { return }
        bySize[entry.size] = large.count
        byName[path.split.name[...]] = large.count
        large.append(Candidate(path: path, size: entry.size, isExtra: isExtra))
    }

    /// A file that may hold what `file` is to become.
    func renameSource(of file: PendingFile) -> TreePath? {
        guard file.size >= Self.smallest else { return nil }
        if let same = stamped[Stamp(file.size, file.attributes)], same != file.path { return same }
        // A weaker sign is worth a look only where there is nothing better.
        guard file.size >= ChunkRule.smallestFile, !file.mayBeDelta else { return nil }
        if let number = bySize[file.size], large[number].path != file.path { return large[number].path }
        if let number = byName[file.path.split.name[...]], large[number].path != file.path, Self.isNear(large[number].size, file.size, 16) { return large[number].path }
        return large.filter { $0.isExtra && $0.path != file.path && Self.isNear($0.size, file.size, 2) }
            .min { Self.distance($0.size, file.size) < Self.distance($1.size, file.size) }?.path
    }

    private static func isNear(_ one: UInt64, _ other: UInt64, _ factor: UInt64) -> Bool { max(one, other) / factor <= min(one, other) }
    private static func distance(_ one: UInt64, _ other: UInt64) -> UInt64 { max(one, other) - min(one, other) }
}
