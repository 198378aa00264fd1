@testable import RemoteKit
import Testing

@Suite struct PrunePlanTests {
    private static let day = 86400.0

    private func run(_ number: Int, age days: Double, project: String = "p", owner: String = "me", isLive: Bool = false, isFetched: Bool = true) -> PrunePlan.Candidate {
        PrunePlan.Candidate(id: "2026-\(100 + number)", project: project, owner: owner, time: 1000 * Self.day - days * Self.day, isLive: isLive, isFetched: isFetched)
    }

    private func plan(keep: Int, days: Double, project: String? = "p", owner: String? = "me") -> PrunePlan {
        PrunePlan(keep: keep, age: days * Self.day, now: 1000 * Self.day, owner: owner, project: project)
    }

    private func gone(_ plan: PrunePlan, _ runs: [PrunePlan.Candidate]) -> [String] { plan.decide(runs).filter { $0.reason == nil }.map { String($0.run.id.suffix(3)) } }

    @Test("a run goes when it is old and not among the latest of its project; one of the two does not do")
    func both() {
        let runs = (0..<6).map { run($0, age: Double(50 - 10 * $0)) }
        #expect(gone(plan(keep: 2, days: 25), runs) == ["100", "101", "102"])
        #expect(gone(plan(keep: 5, days: 25), runs) == ["100"])
        #expect(gone(plan(keep: 0, days: 45), runs) == ["100"])
        #expect(gone(plan(keep: 0, days: 0), runs) == ["100", "101", "102", "103", "104", "105"])
        #expect(gone(plan(keep: 6, days: 0), runs).isEmpty)
        #expect(gone(plan(keep: 0, days: 51), runs).isEmpty)
    }

    @Test("the latest of each project are kept, whatever other projects have")
    func projects() {
        let runs = [run(0, age: 90, project: "a"), run(1, age: 80), run(2, age: 70, project: "a"), run(3, age: 60)]
        #expect(gone(plan(keep: 1, days: 1), runs) == ["101"])
        #expect(gone(plan(keep: 1, days: 1, project: nil), runs) == ["100", "101"])
    }

    @Test("live runs, those of others and those that are not at home stay, and say why")
    func reasons() {
        let runs = [run(0, age: 90, isLive: true), run(1, age: 90, owner: "you"), run(2, age: 90, isFetched: false), run(3, age: 90)]
        #expect(plan(keep: 0, days: 1).decide(runs).map(\.reason) == [.live, .others, .unfetched, nil])
        #expect(plan(keep: 0, days: 1, owner: nil).decide(runs).map(\.reason) == [.live, nil, .unfetched, nil])
        var bold = plan(keep: 0, days: 1)
        bold.takesUnfetched = true
        #expect(bold.decide(runs).map(\.reason) == [.live, .others, nil, nil])
    }
}
