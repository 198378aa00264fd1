/// Orders in which files are claimed.
enum RunOrder {
    /// Without history a file's size stands for its duration: the longest first keeps the tail short. The seed
    /// shuffles files of equal size; without one they go by name.
    static func largestFirst(_ files: [SuiteFile], seed: UInt64) -> [SuiteFile] {
        sorted(files, .longest, SuiteHistory(), seed: seed)
    }

    static func sorted(_ files: [SuiteFile], _ order: Selection.Order, _ history: SuiteHistory, seed: UInt64) -> [SuiteFile] {
        let expected = expected(files, history)
        var keys: [Key] = []
        keys.reserveCapacity(files.count)
        for (index, file) in files.enumerated() {
            switch order {
            case .history: keys.append(Key(rank: rank(history[file]), expected: expected[index], tie: tie(file, seed), index: index))
            case .longest: keys.append(Key(rank: 0, expected: expected[index], tie: tie(file, seed), index: index))
            case .name: keys.append(Key(rank: 0, expected: 0, tie: 0, index: index))
            case .random: keys.append(Key(rank: 0, expected: 0, tie: StableHash.of(file.name, seed), index: index))
            }
        }
        keys.sort { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            if left.expected != right.expected { return left.expected > right.expected }
            if left.tie != right.tie { return left.tie < right.tie }
            return files[left.index].name.lexicographicallyPrecedes(files[right.index].name)
        }
        return keys.map { files[$0.index] }
    }

    /// Seconds that files are expected to take: what they took, else by their size.
    static func expected(_ files: [SuiteFile], _ history: SuiteHistory) -> [Double] {
        let known = files.map { history[$0] }
        let rate = secondsPerByte(files, known)
        return zip(files, known).map { file, known in known.map { Double($0.duration) } ?? Double(file.size) * rate }
    }

    private struct Key {
        var rank: Int
        var expected: Double
        var tie: UInt64
        var index: Int
    }

    /// Failed, untested, passed.
    private static func rank(_ entry: SuiteHistory.Entry?) -> Int {
        guard let entry else { return 1 }
        return entry.hasPassed ? 2 : 0
    }

    private static func tie(_ file: SuiteFile, _ seed: UInt64) -> UInt64 { seed == 0 ? 0 : StableHash.of(file.name, seed) }

    /// What the known files took for a byte; 1 when none is known, so that sizes are compared as they are.
    private static func secondsPerByte(_ files: [SuiteFile], _ known: [SuiteHistory.Entry?]) -> Double {
        var bytes = 0.0, seconds = 0.0
        for (file, entry) in zip(files, known) {
            guard let entry, file.size > 0 else { continue }
            bytes += Double(file.size)
            seconds += Double(entry.duration)
        }
        return bytes > 0 ? seconds / bytes : 1
    }
}
