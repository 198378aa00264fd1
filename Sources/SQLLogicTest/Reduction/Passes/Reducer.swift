/// Makes a failing file smaller, as long as its last record fails in the same way.
///
/// Statements first, by counter-based delta debugging over their sizes (CDD: arXiv 2408.04735, WDD: 2411.19410), then rows of `INSERT`, columns and
/// pieces of SQL, and all of it again until nothing more can go: what is left is 1-minimal in its statements.
package struct Reducer<Judge: ReductionJudge> {
    /// The smallest candidate so far that fails in the same way.
    package private(set) var best: ReductionCandidate
    /// How many candidates were judged.
    package private(set) var tries = 0
    /// Whether it ended because nothing more can go.
    package private(set) var isMinimal = false
    package var judge: Judge
    /// Whether SQL may be changed. If not, only whole records may go: what is right for another statement is not known.
    let changesSQL: Bool
    private let onProgress: (ReductionCandidate, Int) -> Void
    private var seen: Set<ReductionCandidate> = []

    /// - Parameters:
    ///   - start: a candidate that fails in the same way.
    ///   - onProgress: takes the smallest candidate, and how many were judged, after each step.
    package init(_ start: ReductionCandidate, judge: Judge, changesSQL: Bool, onProgress: @escaping (ReductionCandidate, Int) -> Void) {
        best = start
        self.judge = judge
        self.changesSQL = changesSQL
        self.onProgress = onProgress
    }

    /// Goes on until nothing more can go, or the judge wants no more.
    package mutating func run() {
        slice()
        removeStatements()
        guard changesSQL else { return finish() }
        var previous: ReductionCandidate?
        while previous != best, !judge.isOver {
            previous = best
            removeRows()
            removeColumns()
            editSQL()
            joinInserts()
            removeStatements()
        }
        finish()
    }

    private mutating func finish() {
        isMinimal = !judge.isOver
    }

    // MARK: Trying

    /// - Returns: whether it fails in the same way, and so is the best one now.
    @discardableResult
    mutating func take(_ candidate: ReductionCandidate) -> Bool { take(firstOf: [candidate]) != nil }

    /// Judges candidates side by side.
    /// - Returns: the index of the first one that fails in the same way, which is the best one now.
    mutating func take(firstOf candidates: [ReductionCandidate]) -> Int? {
        let judged = judgeAll(candidates)
        guard let first = judged.firstIndex(of: true) else { return nil }
        best = candidates[first]
        onProgress(best, tries)
        return first
    }

    /// Which of the candidates fail in the same way. One that was judged before is not judged again.
    mutating func judgeAll(_ candidates: [ReductionCandidate]) -> [Bool] {
        guard !judge.isOver else { return candidates.map { _ in false } }
        let fresh = candidates.indices.filter { candidates[$0] != best && seen.insert(candidates[$0]).inserted }
        guard !fresh.isEmpty else { return candidates.map { _ in false } }
        let judgements = judge.judge(fresh.map { candidates[$0] })
        tries += judgements.count { $0 != nil }
        var result = candidates.map { _ in false }
        for (index, judgement) in zip(fresh, judgements) { result[index] = judgement == .same }
        onProgress(best, tries)
        return result
    }

    // MARK: Lists

    /// Leaves out as many of `count` things as can go, in pieces of about equal weight that become smaller from round to round.
    /// - Parameters:
    ///   - weights: of each thing, at least 1.
    ///   - build: the candidate without the things in a set; nil where there is none.
    mutating func removeItems(weights: [Int], _ build: (Set<Int>) -> ReductionCandidate?) {
        var gone: Set<Int> = []
        var left = Array(weights.indices)
        // A piece for each that is judged at a time: all of them are of use from the start.
        var pieces = Double(max(2, judge.width))
        var isLast = false
        while !left.isEmpty, !judge.isOver {
            isLast = Int(pieces) >= left.count
            let chunks = Self.chunks(left, weights, isLast ? left.count : Int(pieces))
            let before = gone.count
            removeChunks(chunks, &gone, build)
            left = left.filter { !gone.contains($0) }
            if isLast, gone.count == before { return }
            // CDD's probabilities grow by 1/(1 - 1/e) from round to round, and its pieces become smaller by as much.
            pieces = min(pieces * 1.582, 1e9)
        }
    }

    /// Tries chunks side by side, and leaves out together what can go one by one. What cannot go beside the others is tried again beside them.
    mutating func removeChunks(_ chunks: [[Int]], _ gone: inout Set<Int>, _ build: (Set<Int>) -> ReductionCandidate?) {
        var waiting = chunks
        while !waiting.isEmpty, !judge.isOver {
            let batch = Array(waiting.prefix(judge.width))
            waiting.removeFirst(batch.count)
            let built = batch.map { build(gone.union($0)) }
            let usable = batch.indices.filter { built[$0] != nil }
            let judged = judgeAll(usable.map { built[$0] ?? best })
            let successes = zip(usable, judged).filter(\.1).map { batch[$0.0] }
            guard let first = zip(usable, judged).first(where: \.1), let single = built[first.0] else { continue }
            let start = gone
            let together = Self.choices(of: successes.count).compactMap { chosen in build(chosen.reduce(start) { $0.union(successes[$1]) }).map { (chosen, $0) } }
            let taken = takeMost(of: together, else: single)
            for index in taken { gone.formUnion(successes[index]) }
            waiting = successes.indices.filter { !taken.contains($0) }.map { successes[$0] } + waiting
        }
    }

    /// Of things that can go one by one: which of them to leave out together. All of them, then half of them, a quarter and so on, down to two: the first ones, and ones that
    /// are apart, since neighbours often need each other. No more choices than there are things.
    static func choices(of count: Int) -> [[Int]] {
        guard count > 1 else { return [] }
        var choices = [Array(0..<count)], size = (count + 1) / 2, step = 2
        while size > 1 {
            choices.append(Array(stride(from: 0, to: count, by: step)))
            choices.append(Array(0..<size))
            (size, step) = (size > 2 ? (size + 1) / 2 : 1, step * 2)
        }
        return choices.filter { $0.count > 1 }
    }

    /// Leaves out as many things together as can go.
    /// - Parameters:
    ///   - together: candidates without some of them, the smallest first.
    ///   - single: the one without the first of them alone, which fails in the same way.
    /// - Returns: which ones have gone.
    mutating func takeMost(of together: [(chosen: [Int], candidate: ReductionCandidate)], else single: ReductionCandidate) -> Set<Int> {
        if let taken = take(firstOf: together.map(\.candidate)) { return Set(together[taken].chosen) }
        best = single
        onProgress(best, tries)
        return [0]
    }

    static func chunks(_ items: [Int], _ weights: [Int], _ pieces: Int) -> [[Int]] {
        guard pieces < items.count else { return items.map { [$0] } }
        let total = items.reduce(0) { $0 + max(1, weights[$1]) }
        var result: [[Int]] = []
        var chunk: [Int] = [], weight = 0, used = 0
        for item in items {
            chunk.append(item)
            weight += max(1, weights[item])
            if weight * pieces >= total * (result.count + 1) - used * pieces || chunk.count == items.count {
                result.append(chunk)
                used += weight
                (chunk, weight) = ([], 0)
            }
        }
        return chunk.isEmpty ? result : result + [chunk]
    }
}
