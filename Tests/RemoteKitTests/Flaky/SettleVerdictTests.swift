import Fleet
@testable import RemoteKit
import Testing

@Suite struct SettleVerdictTests {
    /// The lady who tastes tea: R. A. Fisher, "The design of experiments", 1935, chapter II: all four cups right is 1 of 70, three of four or more 17 of 70.
    @Test("the exact test gives Fisher's own figures")
    func tea() {
        #expect(abs(FisherTest.moreOften((4, 4), than: (0, 4)) - 1 / 70) < 1e-12)
        #expect(abs(FisherTest.moreOften((3, 4), than: (1, 4)) - 17 / 70) < 1e-12)
        #expect(abs(FisherTest.moreOften((7, 40), than: (0, 40)) - 0.005868814729574223) < 1e-12)
        #expect(FisherTest.moreOften((0, 40), than: (0, 40)) == 1)
        #expect(FisherTest.moreOften((0, 0), than: (1, 4)) == 1)
        #expect(FisherTest.moreOften((0, 10), than: (10, 10)) > 0.999)
    }

    private func verdict(alone: (Int, Int), seeds: (Int, Int)? = nil, after: (Int, Int)? = nil, beside: (Int, Int)? = nil, several: (Int, Int)? = nil) -> SettleVerdict {
        let all: [(SettleCondition, (Int, Int)?)] = [(.alone, alone), (.otherSeeds, seeds), (.afterOthers, after), (.besideOthers, beside), (.several, several)]
        return SettleVerdict(all.compactMap { condition, figures in figures.map { SettleCount(condition, failed: $0.0, runs: $0.1) } })
    }

    @Test("a file that fails beside others only is said to")
    func beside() {
        let found = verdict(alone: (0, 40), after: (0, 40), beside: (7, 40), several: (0, 40))
        #expect(found.kind == .depends)
        #expect(found.condition == .besideOthers)
        #expect(found.isOnly)
        #expect(found.also.isEmpty)
    }

    @Test("leftovers are blamed before company, whose runs have them too")
    func order() {
        let strong = verdict(alone: (0, 40), after: (30, 40), beside: (20, 40), several: (0, 40))
        #expect(strong.condition == .afterOthers)
        #expect(strong.also == [.besideOthers])
        #expect(strong.isOnly)
        let weak = verdict(alone: (0, 12), after: (10, 12), beside: (3, 12), several: (0, 12))
        #expect(weak.condition == .afterOthers)
        #expect(weak.isOnly)
        #expect(!verdict(alone: (2, 40), after: (30, 40), beside: (2, 40)).isOnly)
    }

    @Test("a seed is blamed before all that was run with other seeds")
    func seeds() {
        let found = verdict(alone: (0, 40), seeds: (20, 40), after: (20, 40), beside: (20, 40), several: (0, 40))
        #expect(found.condition == .otherSeeds)
        #expect(found.isOnly)
    }

    @Test("one that fails as often alone fails by itself, though figures differ by chance")
    func byItself() {
        #expect(verdict(alone: (6, 12), after: (6, 12), beside: (7, 12), several: (5, 12)).kind == .byItself)
        #expect(verdict(alone: (20, 40), after: (26, 40), beside: (14, 40), several: (24, 40)).kind == .byItself)
        #expect(verdict(alone: (12, 12), after: (11, 12)).kind == .byItself)
    }

    @Test("one that never fails, always fails, or was not run is told as such")
    func plain() {
        #expect(verdict(alone: (0, 12), beside: (0, 12)).kind == .never)
        #expect(verdict(alone: (12, 12), beside: (12, 12)).kind == .always)
        #expect(verdict(alone: (0, 0), beside: (12, 12)).kind == .undecided)
        #expect(SettleVerdict([]).kind == .undecided)
    }

    @Test("too few failures decide nothing, and the runs that would are named")
    func undecided() throws {
        let found = verdict(alone: (0, 12), after: (0, 12), beside: (2, 12), several: (0, 12))
        #expect(found.kind == .undecided)
        let further = try #require(found.furtherRuns)
        #expect(further > 0 && further % 12 == 0)
        let times = 1 + further / 12
        #expect(verdict(alone: (0, 12 * times), after: (0, 12 * times), beside: (2 * times, 12 * times), several: (0, 12 * times)).kind == .depends)
    }

    @Test("each condition gets its runs, in several orders, and those that cannot matter are left out")
    func plan() {
        let full = SettleStep.plan(runs: 40, seed: 7, seesSeed: true, hasOthers: true)
        for condition in SettleCondition.allCases { #expect(full.filter { $0.condition == condition }.reduce(0) { $0 + $1.rounds } == 40) }
        #expect(full.first == SettleStep(condition: .alone, seed: 7, rounds: 40, others: 0, workers: .one))
        #expect(Set(full.filter { $0.condition == .besideOthers }.map(\.seed)).count == 4)
        #expect(full.filter { $0.condition != .alone && $0.condition != .several }.allSatisfy { $0.seed != 7 })
        #expect(Set(SettleStep.plan(runs: 10, seed: 0, seesSeed: false, hasOthers: false).map(\.condition)) == [.alone, .several])
        #expect(SettleStep.plan(runs: 1, seed: 0, seesSeed: true, hasOthers: true).allSatisfy { $0.rounds == 1 })
        #expect(SettleStep.plan(runs: 3, seed: .max, seesSeed: true, hasOthers: true).count == 1 + 3 + 2 + 2 + 1)
    }

    @Test("what a host counts beyond the rounds that were asked for says nothing, nor do records that a script tries again by itself")
    func counts() throws {
        let step = try #require(SettleStep.plan(runs: 40, seed: 1, seesSeed: false, hasOthers: false).first)
        func count(_ outcome: Outcome, _ passed: Int, _ failed: Int) -> [Int] {
            var record = FileRecord(id: 0, file: "a.test", outcome: outcome, finishedAt: 0)
            record.runs = RunCounts(passed: passed, failed: failed)
            let count = step.count(record, of: "r")
            return [count.failed, count.runs]
        }
        #expect(count(.fail, 30, 10) == [10, 40])
        #expect(count(.fail, 0, 40) == [40, 40])
        #expect(count(.pass, 40, 0) == [0, 40])
        // Each round passed, and needed a retry in the script.
        #expect(count(.pass, 40, 40) == [0, 40])
        #expect(count(.fail, 35, 25) == [5, 40])
        // The time was over after 20 rounds.
        #expect(count(.fail, 15, 5) == [5, 20])
        #expect(count(.fail, .max, .max) == [0, 40])
        #expect(count(.fail, 0, .max) == [40, 40])
        #expect(count(.fail, -1, -1) == [0, 0])
    }
}
