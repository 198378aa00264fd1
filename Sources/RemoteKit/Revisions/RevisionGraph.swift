/// Commits among which a change is looked for: each stands after its parents, the last one has the change.
struct RevisionGraph: Sendable, Equatable {
    /// The full hashes.
    let commits: [String]
    /// The places of each one's parents; parents that are not among the commits are left out.
    let parents: [[Int]]
    private let places: [String: Int]

    /// - Parameter list: commits with their parents, each after these.
    init(_ list: [(commit: String, parents: [String])]) {
        var places: [String: Int] = [:], known: [[Int]] = []
        for (index, entry) in list.enumerated() {
            known.append(entry.parents.compactMap { places[$0] })
            places[entry.commit] = index
        }
        commits = list.map(\.commit)
        parents = known
        self.places = places
    }

    func place(of commit: String) -> Int? { places[commit] }

    /// Which commits are reached from one, itself included.
    func ancestors(of commit: Int) -> [Bool] {
        var found = [Bool](repeating: false, count: commits.count)
        found[commit] = true
        for index in stride(from: commit, through: 0, by: -1) where found[index] {
            for parent in parents[index] { found[parent] = true }
        }
        return found
    }

    /// How many commits of a set are reached from each of it, itself included: what `git rev-list --bisect` calls weight. With the ancestors of a commit
    /// the set has all that lies between.
    ///
    /// 64 commits are carried through the graph at a time, as the bits of a word.
    func weights(in set: [Bool]) -> [Int] {
        var weights = [Int](repeating: 0, count: commits.count), masks = [UInt64](repeating: 0, count: commits.count)
        let members = commits.indices.filter { set[$0] }
        for start in stride(from: 0, to: members.count, by: 64) {
            let block = members[start..<min(start + 64, members.count)]
            for index in members[start...] { masks[index] = 0 }
            for (bit, index) in block.enumerated() { masks[index] = 1 << UInt64(bit) }
            for index in members[start...] {
                var mask = masks[index]
                // What comes before the block has none of it.
                for parent in parents[index] where set[parent] && parent >= members[start] { mask |= masks[parent] }
                masks[index] = mask
                weights[index] += mask.nonzeroBitCount
            }
        }
        return weights
    }
}
