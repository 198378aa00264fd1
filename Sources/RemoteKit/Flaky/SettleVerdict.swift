/// On what the failures of a file depend, as far as the runs tell.
///
/// A condition is blamed when the file fails under it more often than alone, and chance would do that in fewer than one of twenty such questions: Fisher's
/// exact test, one-sided, with the limit of 5 % divided by the number of conditions that are compared (Bonferroni).
public struct SettleVerdict: Sendable, Equatable, Codable {
    /// What was found.
    public enum Kind: String, Sendable, Codable {
        /// It did not fail.
        case never
        /// It failed each time, under every condition.
        case always
        /// It fails alone, and under no condition more often than that.
        case byItself = "by-itself"
        /// It fails under a condition more often than alone.
        case depends
        /// It failed, and too seldom to say more; or there was no time.
        case undecided
    }

    public var kind: Kind
    /// What it depends on.
    public var condition: SettleCondition?
    /// Other conditions under which it fails more often than alone.
    public var also: [SettleCondition] = []
    /// Whether it failed under no condition that has nothing of that.
    public var isOnly = false
    /// How many more runs of each condition would tell, if the rates stay as they are; `nil` where that is not known.
    public var furtherRuns: Int?

    /// In the order in which they are blamed: one that has less in it comes before one that has it, too.
    private static let order: [SettleCondition] = [.otherSeeds, .afterOthers, .besideOthers, .several]
    private static let limit = 0.05

    /// Conditions that have in them what the given one is for: files that run beside others also run after others, and both with other seeds.
    private static func within(_ condition: SettleCondition) -> [SettleCondition] {
        switch condition {
        case .alone: []
        case .otherSeeds: [.afterOthers, .besideOthers]
        case .afterOthers: [.besideOthers]
        case .besideOthers, .several: []
        }
    }

    /// - Parameter counts: what the runs came to; those without runs say nothing.
    public init(_ counts: [SettleCount]) {
        let counts = counts.filter { $0.runs > 0 }
        let failed = counts.reduce(0) { $0 + $1.failed }
        kind = .undecided
        guard let alone = counts.first(where: { $0.condition == .alone }) else { return }
        guard failed > 0 else {
            kind = .never
            return
        }
        let others = Self.order.compactMap { condition in counts.first { $0.condition == condition } }
        let blamed = others.filter { Self.differs($0, alone, comparisons: others.count) }.map(\.condition)
        if let first = blamed.first {
            kind = .depends
            condition = first
            also = Array(blamed.dropFirst())
            isOnly = counts.allSatisfy { blamed.contains($0.condition) || Self.within(first).contains($0.condition) || $0.failed == 0 }
        } else if counts.allSatisfy({ $0.failed == $0.runs }) {
            kind = .always
        } else if alone.failed > 0 {
            kind = .byItself
        } else {
            furtherRuns = Self.furtherRuns(others, alone)
        }
    }

    private static func differs(_ count: SettleCount, _ alone: SettleCount, comparisons: Int, times: Int = 1) -> Bool {
        let p = FisherTest.moreOften((count.failed * times, count.runs * times), than: (alone.failed * times, alone.runs * times))
        return p < limit / Double(max(1, comparisons))
    }

    private static func furtherRuns(_ others: [SettleCount], _ alone: SettleCount) -> Int? {
        for times in 2...100 where others.contains(where: { differs($0, alone, comparisons: others.count, times: times) }) {
            return alone.runs * (times - 1)
        }
        return nil
    }
}
