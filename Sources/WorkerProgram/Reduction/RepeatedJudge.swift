import SQLLogicTest

/// A judge of failures that may not be there each time.
protocol RepeatedJudge: ReductionJudge {
    /// What each candidate is put to then.
    var sequential: SequentialTest? { get }

    /// - Returns: how each candidate ends in one run; nil for those that were not run.
    mutating func judgeOnce(_ candidates: [ReductionCandidate]) -> [Judgement?]
}

extension RepeatedJudge {
    /// Runs candidates until the test of each has decided.
    mutating func judgeRepeatedly(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        var judgements: [Judgement?] = candidates.map { _ in nil }
        var left = Array(candidates.indices)
        var tests = candidates.map { _ in sequential }
        while !left.isEmpty, !isOver {
            for (index, judgement) in zip(left, judgeOnce(left.map { candidates[$0] })) { judgements[index] = judgement }
            left = left.filter { tests[$0]?.isOpen(&judgements[$0]) ?? false }
        }
        return judgements
    }
}
