import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("retries and rounds") struct RetryTests {
    private func failing(_ count: Int) -> [String: String] { Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0).toy", "fail") }) }

    @Test("all workers together make no more retries than the run has, and the files without are counted")
    func cap() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(failing(60))
        let directory = try fleet.make(workers: 8) {
            $0.retries = 2
            $0.retriesTotal = 25
        }
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.fail: 60])
        #expect(summary.retries == 25)
        // A file that was refused asks no more: each made 0, 1 or 2 retries.
        let retries = try fleet.records().map { ($0.runs?.failed ?? 1) - 1 }
        #expect(retries.reduce(0, +) == 25)
        #expect(retries.allSatisfy { (0...2).contains($0) })
        #expect(summary.retriesRefused == retries.count { $0 < 2 })
        let status = try directory.status()
        #expect(status.retries == 25 && status.retriesRefused == summary.retriesRefused)
    }

    @Test("a run that has no retries makes none, and one that uses none has no figure")
    func none() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "fail", "b.toy": "pass"])
        _ = try fleet.make {
            $0.retries = 3
            $0.retriesTotal = 0
        }
        let summary = try await fleet.run()
        #expect(summary.retries == 0 && summary.retriesRefused == 1)
        #expect(try fleet.record("a.toy").runs == nil)
        let other = try FleetFixture()
        try other.toys(["b.toy": "pass"])
        _ = try other.make { $0.retries = 3 }
        #expect(try await other.run().retries == nil)
    }

    @Test("killed workers and supervisors do not get a run more retries")
    func kills() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<40).map { ("f\($0).toy", "sleep 0.01\nfail") }))
        let directory = try fleet.make(workers: 4, attempts: 1000) {
            $0.retries = 3
            $0.retriesTotal = 30
        }
        var supervisor = try fleet.launch()
        for turn in 0..<6 {
            _ = try await eventually { try directory.summary() != nil || directory.status().workers.contains { $0.state == .running } }
            guard try directory.summary() == nil else { break }
            if turn == 3 {
                kill(supervisor, SIGKILL)
                #expect(try await eventually { try !directory.isSupervised() })
                guard try directory.summary() == nil else { break }
                supervisor = try fleet.launch()
            } else if let worker = try directory.status().workers.first(where: { $0.pid > 1 && $0.state == .running }) {
                kill(worker.pid, SIGKILL)
            }
        }
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.fail: 40])
        // What a killed worker had asked for is lost, and nobody gets it back.
        #expect(try fleet.records().reduce(0) { $0 + ($1.runs?.failed ?? 1) - 1 } <= 30)
        #expect(summary.retries == 30)
    }

    @Test("a soak run of some rounds ends by itself, each file run as often as there are rounds")
    func rounds() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass", "odd.toy": "pass\nalternate mark", "b.toy": "fail", "no.toy": "crash"])
        let directory = try fleet.make(workers: 3, block: [BlockedFile(path: "no.toy", reason: "big")]) {
            $0.mode = .soak
            $0.rounds = 7
        }
        let summary = try await fleet.run()
        #expect(summary.end == .drained && summary.error == nil)
        #expect(summary.iterations == 7)
        #expect(try fleet.record("a.toy").runs == RunCounts(passed: 7, failed: 0))
        #expect(try fleet.record("b.toy").runs == RunCounts(passed: 0, failed: 7))
        let odd = try fleet.record("odd.toy")
        #expect((odd.runs?.passed ?? 0) + (odd.runs?.failed ?? 0) == 7)
        #expect(odd.flakyRecords?.first?.runs == 7)
        #expect(try fleet.finished().count == 7 * 3 + 1)
        #expect(try directory.status().phase == .finished)
        try fleet.expectTidy()
        #expect(throws: FleetError.self) { try fleet.launch() }
    }

    @Test("rounds survive the death of workers and supervisor, nothing lost and nothing twice")
    func roundsAndKills() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<5).map { ("f\($0).toy", "sleep 0.02") }))
        let directory = try fleet.make(workers: 3, attempts: 1000) {
            $0.mode = .soak
            $0.rounds = 20
        }
        var supervisor = try fleet.launch()
        for turn in 0..<8 {
            _ = try await eventually { try directory.summary() != nil || directory.status().workers.contains { $0.state == .running } }
            guard try directory.summary() == nil else { break }
            if turn % 4 == 3 {
                kill(supervisor, SIGKILL)
                #expect(try await eventually { try !directory.isSupervised() })
                guard try directory.summary() == nil else { break }
                supervisor = try fleet.launch()
            } else if let worker = try directory.status().workers.first(where: { $0.pid > 1 && $0.state == .running }) {
                kill(worker.pid, SIGKILL)
            }
        }
        let summary = try await fleet.summary()
        #expect(summary.error == nil)
        #expect(summary.iterations == 20)
        for record in try fleet.records() { #expect(record.runs == RunCounts(passed: 20, failed: 0)) }
    }

    @Test("rounds are for soak runs, and there is at least one")
    func wrongRounds() throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass"])
        #expect(throws: FleetError.self) { try fleet.make { $0.rounds = 3 } }
        #expect(throws: FleetError.self) { try fleet.make { ($0.mode, $0.rounds) = (.soak, 0) } }
        #expect(throws: FleetError.self) { try fleet.make { $0.retriesTotal = -1 } }
    }

    @Test("a sample has the files that are wanted, others by the seed, and never a blocked one")
    func sample() throws {
        let files = (0..<50).map { SuiteFile(name: Array("f\($0).toy".utf8), size: 1, blockedReason: $0 == 3 ? "big" : nil) }
        func drawn(_ keep: [String], _ others: Int, _ seed: UInt64) throws -> [String] {
            try Suite(files: files).selecting(Selection(order: .name, sample: Selection.Sample(keep: keep, others: others, seed: seed)),
                                              history: SuiteHistory(), seed: seed).files.map(\.text)
        }
        let one = try drawn(["f7.toy"], 5, 1)
        #expect(one.count == 6 && one.contains("f7.toy"))
        #expect(try drawn(["f7.toy"], 5, 1) == one)
        #expect(try drawn(["f7.toy"], 5, 2) != one)
        #expect(try drawn(["f7.toy"], 0, 1) == ["f7.toy"])
        let all = try drawn(["f7.toy"], 1000, 1)
        #expect(all.count == 49 && !all.contains("f3.toy"))
        #expect(throws: FleetError.self) { try drawn(["nowhere.toy"], 5, 1) }
    }

    @Test("what a script of several runs came to is told by record, also where its file always failed")
    func records() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["odd.toy": "alternate mark\nfail"])
        _ = try fleet.make(workers: 1) {
            $0.mode = .soak
            $0.rounds = 6
        }
        _ = try await fleet.run()
        let record = try fleet.record("odd.toy")
        #expect(record.flaky == nil)
        // The first line stops the file in every second round, so that the second one is reached in the other three only, and fails in each.
        #expect(record.flakyRecords == [FlakyRecord(line: 1, failed: 3, runs: 6)])
    }
}
