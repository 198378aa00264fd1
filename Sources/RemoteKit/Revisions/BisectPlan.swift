/// What is known of a range of commits, and what to look at next: a function of verdicts.
///
/// As with `git bisect`, a good commit clears all that it contains, and a bad one points at what it contains. The answer is a bad commit all of whose parents
/// are part of good ones, so that it is right also where several merged branches have changes of their own.
struct BisectPlan: Sendable {
    let graph: RevisionGraph
    private(set) var verdicts: [Int: BisectVerdict] = [:]

    /// - Parameter graph: all that the bad commit, its last one, has and the good one has not.
    init(_ graph: RevisionGraph) { self.graph = graph }

    /// Takes a verdict in. One on a commit outside of the range says nothing.
    mutating func note(_ verdict: BisectVerdict, of commit: String) {
        if let place = graph.place(of: commit) { verdicts[place] = verdict }
    }

    /// Where the search stands.
    enum Standing: Sendable, Equatable {
        /// So many commits are left.
        case open(Int)
        /// This is the first bad one.
        case found(String)
        /// It is one of these, the last of which is bad; nothing can be said of the others.
        case left([String])
    }

    var standing: Standing {
        let left = candidates
        guard left.places.count > 1 else { return .found(graph.commits[left.head]) }
        if left.places.allSatisfy({ $0 == left.head || verdicts[$0] != nil }) { return .left(left.places.map { graph.commits[$0] }) }
        return .open(left.places.count)
    }

    /// Good commits that contain a bad one: there it was mended in between, and what is looked for broke it once more.
    var mended: [String] {
        let bad = verdicts.filter { $0.value == .bad }.keys
        guard !bad.isEmpty else { return [] }
        return verdicts.filter { $0.value == .good }.keys.sorted().filter { good in
            let reached = graph.ancestors(of: good)
            return bad.contains { reached[$0] }
        }.map { graph.commits[$0] }
    }

    // MARK: candidates

    struct Candidates: Sendable {
        /// In the order of the graph.
        var places: [Int]
        /// The bad commit that contains all of them.
        var head: Int
    }

    var candidates: Candidates {
        let last = graph.commits.count - 1
        var open = [Bool](repeating: true, count: graph.commits.count)
        for (place, verdict) in verdicts where verdict == .good && place != last {
            for (index, isReached) in graph.ancestors(of: place).enumerated() where isReached { open[index] = false }
        }
        var best = Candidates(places: graph.commits.indices.filter { open[$0] }, head: last)
        for (place, verdict) in verdicts.sorted(by: { $0.key < $1.key }) where verdict == .bad && open[place] {
            let reached = graph.ancestors(of: place)
            let places = graph.commits.indices.filter { open[$0] && reached[$0] }
            if places.count < best.places.count { best = Candidates(places: places, head: place) }
        }
        return best
    }

    // MARK: what next

    /// The commits to look at next, so many that all can be looked at at once: they divide what is left into parts of one size.
    ///
    /// Each is chosen among what those before it do not contain, where its weight is nearest to a part. Where that one has no verdict to give, others are tried
    /// over the whole width of two parts, since a broken stretch seldom has one commit only.
    func next(_ count: Int) -> [String] {
        let left = candidates
        var open = [Bool](repeating: false, count: graph.commits.count)
        for place in left.places { open[place] = true }
        let dumb = left.places.count { $0 != left.head && verdicts[$0] != nil }
        let free = left.places.filter { $0 != left.head && verdicts[$0] == nil }
        guard free.count > count else { return free.map { graph.commits[$0] } }
        var chosen: [Int] = []
        while chosen.count < count {
            let rest = left.places.filter { open[$0] }
            guard let place = best(of: rest, open, parts: count - chosen.count + 1, dumb: dumb, head: left.head) else { break }
            chosen.append(place)
            for (index, isReached) in graph.ancestors(of: place).enumerated() where isReached { open[index] = false }
        }
        // Where the others contain all that is left.
        for place in free where chosen.count < count && !chosen.contains(place) { chosen.append(place) }
        return chosen.sorted().map { graph.commits[$0] }
    }

    private func best(of rest: [Int], _ open: [Bool], parts: Int, dumb: Int, head: Int) -> Int? {
        let weights = graph.weights(in: open), part = (2 * rest.count + parts) / (2 * parts)
        func nearest(_ weight: Int, _ places: [Int]) -> Int? { places.min { (abs(weights[$0] - weight), $0) < (abs(weights[$1] - weight), $1) } }
        let others = rest.filter { $0 != head }, free = others.filter { verdicts[$0] == nil }
        guard dumb > 0, let first = nearest(part, others), verdicts[first] != nil else { return nearest(part, free) }
        // The golden ratio's multiples fill a stretch evenly, however many there are.
        let share = (Double(dumb) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
        return nearest(max(1, Int(Double(2 * part) * share)), free)
    }
}
