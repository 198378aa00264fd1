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
            left = left.filter { Self.isOpen(&judgements[$0], &tests[$0]) }
        }
        return judgements
    }

    /// Whether another run of a candidate is needed; there is no judgement then.
    private static func isOpen(_ judgement: inout Judgement?, _ test: inout SequentialTest?) -> Bool {
        guard let last = judgement, test != nil else { return false }
        // One that does not even come to its last record never will.
        if case .invalid = last { return false }
        switch test?.note(isFailure: last == .same) {
        case .fails: judgement = .same
        case .holds: if last == .same { judgement = .passes }
        case nil:
            judgement = nil
            return true
        }
        return false
    }
}
