import TestSupport
import Testing
@testable import RemoteKit

@Suite("what a bisect looks at next") struct BisectPlanTests {
    /// `c0`, `c1` and so on, each after the one before.
    private static func line(_ count: Int) -> RevisionGraph { RevisionGraph((0..<count).map { ("c\($0)", $0 == 0 ? ["good"] : ["c\($0 - 1)"]) }) }

    private static func plan(_ graph: RevisionGraph, _ verdicts: [(Int, BisectVerdict)]) -> BisectPlan {
        var plan = BisectPlan(graph)
        for (place, verdict) in verdicts { plan.note(verdict, of: "c\(place)") }
        return plan
    }

    /// Looks until it is over.
    /// - Parameters:
    ///   - first: how many may be looked at in the first round, where the ends are looked at, too.
    ///   - verdict: of a commit's place.
    /// - Returns: where it ended, and after how many rounds.
    private static func search(_ graph: RevisionGraph, builds: Int, first: Int? = nil, _ verdict: (Int) -> BisectVerdict) -> (plan: BisectPlan, rounds: Int, tried: Int) {
        var plan = BisectPlan(graph), rounds = 0, tried = 0
        while case .open = plan.standing {
            let next = plan.next(rounds == 0 ? first ?? builds : builds)
            guard !next.isEmpty, Set(next).count == next.count else { break }
            rounds += 1
            tried += next.count
            for commit in next { plan.note(verdict(graph.place(of: commit) ?? 0), of: commit) }
        }
        return (plan, rounds, tried)
    }

    @Test("a line is divided into parts of one size", arguments: [
        (8, 1, [3]), (9, 2, [2, 5]), (10, 4, [1, 3, 5, 7]), (1000, 4, [199, 399, 599, 799]), (3, 4, [0, 1]), (1, 4, []), (2, 1, [0]),
    ])
    func parts(commits: Int, builds: Int, next: [Int]) {
        #expect(BisectPlan(Self.line(commits)).next(builds) == next.map { "c\($0)" })
    }

    @Test("verdicts narrow the range, whatever order they come in", arguments: [
        ([], .open(10)), ([(4, .bad)], .open(5)), ([(4, .good)], .open(5)), ([(2, .good), (3, .bad)], .found("c3")), ([(8, .good)], .found("c9")),
        ([(0, .bad)], .found("c0")), ([(2, .good), (6, .bad), (4, .skip)], .open(4)),
        ([(2, .good), (5, .bad), (3, .skip), (4, .flaky)], .left(["c3", "c4", "c5"])), ([(2, .good), (3, .skip), (4, .bad)], .left(["c3", "c4"])),
        ([(7, .good), (2, .bad)], .open(2)), ([(3, .bad), (2, .bad), (1, .good)], .found("c2")),
    ] as [([(Int, BisectVerdict)], BisectPlan.Standing)])
    func standing(verdicts: [(Int, BisectVerdict)], standing: BisectPlan.Standing) {
        #expect(Self.plan(Self.line(10), verdicts).standing == standing)
        #expect(Self.plan(Self.line(10), verdicts.reversed()).standing == standing)
    }

    @Test("what is good after a bad one is told")
    func mended() {
        #expect(Self.plan(Self.line(10), [(7, .good), (2, .bad)]).mended == ["c7"])
        #expect(Self.plan(Self.line(10), [(2, .good), (7, .bad)]).mended.isEmpty)
    }

    @Test("a commit on a merged branch is found, and a good branch clears only itself")
    func merges() {
        // c0 — c1 ————————— c5 (merge) — c6
        //   \— c2 — c3 — c4 —/
        let graph = RevisionGraph([("c0", ["good"]), ("c1", ["c0"]), ("c2", ["c0"]), ("c3", ["c2"]), ("c4", ["c3"]), ("c5", ["c1", "c4"]), ("c6", ["c5"])])
        #expect(graph.weights(in: [Bool](repeating: true, count: 7)) == [1, 2, 2, 3, 4, 6, 7])
        #expect(Self.plan(graph, [(4, .good)]).candidates.places == [1, 5, 6])
        #expect(Self.plan(graph, [(4, .good), (1, .good)]).candidates.places == [5, 6])
        #expect(Self.plan(graph, [(4, .good), (1, .good), (5, .bad)]).standing == .found("c5"))
        #expect(Self.plan(graph, [(4, .bad), (1, .bad)]).candidates.places == [0, 1])
        for planted in 0..<7 {
            let bad = (0..<7).map { graph.ancestors(of: $0)[planted] }
            for builds in 1...4 { #expect(Self.search(graph, builds: builds) { bad[$0] ? .bad : .good }.plan.standing == .found("c\(planted)")) }
        }
    }

    @Test("weights are those of a count, on random graphs")
    func weights() {
        var random = SeededRandom(4)
        for _ in 0..<10 {
            let graph = Self.history(150 + random.below(100), merges: 4, &random)
            let cleared = graph.ancestors(of: random.below(graph.commits.count))
            let open = cleared.map { !$0 }
            let weights = graph.weights(in: open)
            for place in graph.commits.indices where open[place] {
                #expect(weights[place] == graph.ancestors(of: place).indices.count { graph.ancestors(of: place)[$0] && open[$0] })
            }
        }
    }

    @Test("among 1,000 commits, 20 of 20 planted ones are found in at most 5 rounds of 4 builds, the ends included")
    func thousand() {
        let graph = Self.line(1000)
        var random = SeededRandom(7)
        for _ in 0..<20 {
            let planted = random.below(1000)
            let found = Self.search(graph, builds: 4, first: 2) { $0 >= planted ? .bad : .good }
            #expect(found.plan.standing == .found("c\(planted)"))
            #expect(found.rounds <= 5)
        }
        for planted in 0..<1000 { #expect(Self.search(graph, builds: 4, first: 2) { $0 >= planted ? .bad : .good }.rounds <= 5) }
    }

    /// A random history: each commit follows one of the last few, and some merge another one; without merges a line.
    private static func history(_ count: Int, merges: Int, _ random: inout SeededRandom) -> RevisionGraph {
        var list: [(commit: String, parents: [String])] = [("c0", ["good"])], tips: Set<Int> = [0]
        for place in 1..<count {
            let first = merges > 0 && random.below(4) == 0 ? max(0, place - 1 - random.below(8)) : place - 1
            var parents: Set<Int> = [first]
            if merges > 0, random.below(merges) == 0, let tip = tips.subtracting(parents).min() { parents.insert(tip) }
            if place == count - 1 { parents.formUnion(tips) }
            tips.subtract(parents)
            tips.insert(place)
            list.append(("c\(place)", parents.sorted().map { "c\($0)" }))
        }
        return RevisionGraph(list)
    }

    @Test("on random histories with merges the planted commit is found, and little more is tried than a line would take", arguments: [0, 3, 10], 1...5)
    func histories(merges: Int, builds: Int) {
        var random = SeededRandom(UInt64(merges * 10 + builds))
        for _ in 0..<20 {
            let graph = Self.history(50 + random.below(350), merges: merges, &random), planted = random.below(graph.commits.count)
            let bad = graph.commits.indices.map { graph.ancestors(of: $0)[planted] }
            guard bad.last == true else { continue }
            let found = Self.search(graph, builds: builds) { bad[$0] ? .bad : .good }
            #expect(found.plan.standing == .found("c\(planted)"))
            #expect(found.rounds <= (merges == 0 ? 10 : 25), "\(graph.commits.count) commits")
        }
    }

    @Test("commits without a verdict hide no more than they must", arguments: 1...5)
    func skips(builds: Int) {
        var random = SeededRandom(UInt64(builds))
        for round in 0..<40 {
            let count = 30 + random.below(300), graph = Self.line(count), planted = random.below(count)
            // A broken stretch, or single commits here and there. The ends have verdicts.
            let start = random.below(count), length = random.below(count / 2)
            let isDumb = (0..<count).map { place in place != count - 1 && (round % 2 == 0 ? place >= start && place < start + length : random.below(5) == 0) }
            let found = Self.search(graph, builds: builds) { isDumb[$0] ? ($0 % 2 == 0 ? .skip : .flaky) : $0 >= planted ? .bad : .good }
            // The smallest set: back from the first bad commit with a verdict to the last good one.
            let first = (planted..<count).first { !isDumb[$0] } ?? count - 1
            var last = planted
            while last > 0, isDumb[last - 1] { last -= 1 }
            let hidden = (min(last, first)...first).map { "c\($0)" }
            #expect(found.plan.standing == (hidden.count == 1 ? .found(hidden[0]) : .left(hidden)), "\(count) commits, planted \(planted), round \(round)")
        }
    }

    @Test("a broken stretch is left quickly")
    func stretch() {
        let graph = Self.line(1000)
        for planted in [10, 300, 700, 990] {
            let found = Self.search(graph, builds: 1) { (450..<550).contains($0) ? .skip : $0 >= planted ? .bad : .good }
            #expect(found.plan.standing == .found("c\(planted)"))
            #expect(found.tried <= 25)
        }
    }
}
