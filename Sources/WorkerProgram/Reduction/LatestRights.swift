import SQLLogicTest

/// Candidates with what is right for them: the latest ones, since a reduction meets many.
final class LatestRights {
    private let most: Int
    private var known: [ReductionCandidate: ReductionCandidate] = [:]
    /// The oldest first.
    private var order: [ReductionCandidate] = []

    /// - Parameter most: how many are kept.
    init(most: Int) { self.most = most }

    /// - Returns: nil where it is not known, or not any more.
    func right(for candidate: ReductionCandidate) -> ReductionCandidate? { known[candidate] }

    func keep(_ right: ReductionCandidate?, for candidate: ReductionCandidate) {
        guard let right else { return }
        if known.updateValue(right, forKey: candidate) == nil { order.append(candidate) }
        if order.count > most { known[order.removeFirst()] = nil }
    }
}
