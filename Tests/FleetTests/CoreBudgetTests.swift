@testable import Fleet
import Testing

@Suite("The cores of a host among its runs") struct CoreBudgetTests {
    private func shares(_ cores: Int, _ demands: Int...) -> [Int] {
        let all = demands.enumerated().map { CoreBudget.Demand(id: "run-\($0.offset)", workers: $0.element) }
        // The order in which they are found says nothing.
        return all.map { CoreBudget.share(of: $0.id, among: all.reversed(), cores: cores) }
    }

    @Test("equal shares, what cannot be divided to the first ones, what one does not want to the others, and never none")
    func shares() {
        #expect(shares(16, 64) == [16])
        #expect(shares(16, 4) == [4])
        #expect(shares(16, 64, 64) == [8, 8])
        #expect(shares(16, 64, 64, 64) == [6, 5, 5])
        #expect(shares(16, 2, 64, 64) == [2, 7, 7])
        #expect(shares(16, 2, 64, 9) == [2, 7, 7])
        #expect(shares(16, 2, 64, 6) == [2, 8, 6])
        #expect(shares(16, 1, 1, 1) == [1, 1, 1])
        #expect(shares(2, 64, 64, 64) == [1, 1, 1])
        #expect(shares(1, 5, 5) == [1, 1])
        #expect(shares(0, 5) == [1])
    }

    @Test("all cores are given away, and none twice, as long as there is one for each run", arguments: 1...200)
    func sums(seed: Int) {
        var state = UInt64(seed)
        func next(_ most: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return 1 + Int((state >> 33) % UInt64(most))
        }
        let all = (0..<next(9)).map { CoreBudget.Demand(id: "\($0)", workers: next(80)) }, cores = all.count + next(64)
        let shares = all.map { CoreBudget.share(of: $0.id, among: all, cores: cores) }
        #expect(shares.reduce(0, +) == min(cores, all.reduce(0) { $0 + $1.workers }))
        for (share, demand) in zip(shares, all) {
            #expect(share <= demand.workers)
            // Nobody has more than one beyond what somebody has who wants more.
            for (other, wanted) in zip(shares, all) where other < wanted.workers { #expect(share <= other + 1) }
        }
    }
}
