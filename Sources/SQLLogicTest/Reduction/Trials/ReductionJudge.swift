/// Runs candidates and says how they end. Several may be judged at once.
package protocol ReductionJudge {
    /// How many candidates are best judged at once.
    var width: Int { get }
    /// Whether no more are wanted: the time is over, or somebody has asked to end.
    var isOver: Bool { get }

    /// - Returns: how each one ends, in their order; nil for those that were not judged any more.
    mutating func judge(_ candidates: [ReductionCandidate]) -> [Judgement?]

    /// Whether SQL might be understood at all, as far as that is known at little cost.
    func isPlausible(_ sql: [UInt8]) -> Bool

    /// Keeps the databases as they are behind the first records of later candidates, where it can.
    mutating func keep(_ prefix: ArraySlice<ReductionRecord>)
}
