import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ModeTests {
    @Test("a soak run starts the queue over until its budget ends, and finds the file that passes and fails")
    func soak() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass", "b.toy": "pass\nfail", "odd.toy": "pass\nalternate mark", "c.toy": "sleep 0.01", "no.toy": "crash"])
        let directory = try fleet.make(workers: 3, block: [BlockedFile(path: "no.toy", reason: "big")]) { $0.mode = .soak }
        try fleet.launch()
        #expect(try await eventually { try directory.status().iteration ?? 0 > 5 })
        // Rounds overlap: the supervisor may come to a result after the cursor has gone on.
        #expect(try await eventually {
            let live = try directory.status()
            return live.total == 5 && live.done <= 5 && live.flaky == 1
        })
        try directory.requestStop(.graceful)
        let summary = try await fleet.summary()
        #expect(summary.error == nil)
        #expect(summary.end == .stopped)
        #expect(summary.outcomes == [.pass: 2, .fail: 2, .blocked: 1])
        #expect(summary.flaky == 1)
        let rounds = try #require(summary.iterations)
        #expect(rounds >= 3)
        let odd = try fleet.record("odd.toy")
        let runs = try #require(odd.runs)
        #expect(odd.flaky == true)
        #expect(odd.outcome == .fail)
        #expect(abs(runs.passed - runs.failed) <= 1)
        #expect(runs.passed + runs.failed >= rounds)
        #expect(odd.flakyRecords == [FlakyRecord(line: 2, failed: runs.failed, runs: runs.passed + runs.failed)])
        let bad = try fleet.record("b.toy")
        #expect(bad.flaky == nil)
        #expect(bad.runs?.passed == 0)
        #expect(bad.flakyRecords == nil)
        let data = try Data(contentsOf: URL(filePath: directory.path + "/iterations.jsonl"))
        let iterations = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(IterationSummary.self, from: Data($0)) }
        #expect(iterations.count(where: \.isFinished) == rounds)
        #expect(iterations.map(\.iteration) == Array(1...iterations.count))
        #expect(try fleet.events().count { $0.kind == .iterationFinished } == rounds)
        #expect(iterations.flatMap { Array($0.outcomes.values) }.reduce(0, +) + 1 == (try fleet.finished().count))
        #expect(try directory.status().outcomes == summary.outcomes)
        try fleet.expectTidy()
    }

    @Test("a soak run whose workers and supervisor are killed loses and doubles nothing")
    func soakKills() async throws {
        var random = SeededRandom(7)
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<12).map { ("f\($0).toy", $0 % 4 == 0 ? "sleep 0.02\nfail" : "pass") }))
        let directory = try fleet.make(workers: 3, attempts: 1000) { $0.mode = .soak }
        var supervisor = try fleet.launch()
        for kills in 0..<15 {
            _ = try await eventually { try directory.status().workers.contains { $0.state != .gone } }
            if kills % 5 == 4 {
                kill(supervisor, SIGKILL)
                #expect(try await eventually { try !directory.isSupervised() })
                supervisor = try fleet.launch()
            } else if let worker = try directory.status().workers.filter({ $0.pid > 1 && $0.state != .gone }).randomElement(using: &random) {
                kill(worker.pid, SIGKILL)
            }
        }
        // What killed workers left is taken up within a second or so; until then its iteration is not finished.
        let reached = max(2, try directory.status().iteration ?? 0)
        #expect(try await eventually { try fleet.events().contains { $0.kind == .iterationFinished && $0.message?.hasPrefix("iteration \(reached):") == true } })
        try directory.requestStop(.graceful)
        let summary = try await fleet.summary()
        #expect(summary.error == nil)
        #expect(summary.outcomes == [.pass: 9, .fail: 3])
        #expect(summary.flaky == nil)
        let announced = try fleet.events().filter { $0.kind == .iterationFinished }.compactMap { $0.message?.prefix { $0 != ":" } }
        #expect(Set(announced).count == announced.count)
        #expect(announced.count > 1)
        let keys = try fleet.events().compactMap { $0.record.map { "\($0.id)/\($0.iteration ?? 0)" } }
        #expect(Set(keys).count == keys.count)
        #expect((summary.iterations ?? 0) > 1)
        try fleet.expectTidy()
    }

    @Test("a failure is run again as often as retries allow, and called flaky when it then passes")
    func retries() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["odd.toy": "pass\nalternate mark", "bad.toy": "fail", "good.toy": "pass", "mark": ""])
        let directory = try fleet.make { $0.retries = 2 }
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 2, .fail: 1])
        #expect(summary.flaky == 1)
        let odd = try fleet.record("odd.toy")
        #expect(odd.flaky == true)
        #expect(odd.outcome == .pass)
        #expect(odd.runs == RunCounts(passed: 1, failed: 1))
        #expect(odd.failures.first?.line == 2)
        #expect(odd.message == "flaky: passed on retry 1; before: 1 record failed")
        #expect(odd.flakyRecords == [FlakyRecord(line: 2, failed: 1, runs: 2)])
        #expect(try fleet.record("bad.toy").runs == RunCounts(passed: 0, failed: 3))
        #expect(try fleet.record("good.toy").runs == nil)
        #expect(try directory.status().flaky == 1)
    }

    @Test("the run ends soon after budget and grace, whatever its files do", arguments: [RunMode.drain, .soak])
    func budget(_ mode: RunMode) async throws {
        let fleet = try FleetFixture()
        // The first stops its worker, which then cannot even take signals.
        try fleet.toys(["a.toy": "x", "b.toy": "x", "c.toy": "x"])
        let stubborn = EngineSpec(kind: .command, command: ["sh", "-c", "case $1 in *a.toy) kill -STOP $PPID;; esac; trap '' TERM INT HUP USR1; (trap '' TERM; setsid sleep 6000) & while :; do sleep 6000; done", "sh", "{file}"])
        let directory = try fleet.make(workers: 3, budget: 0.5, timeout: 6000, grace: 0.3, engine: stubborn) { $0.mode = mode }
        try fleet.launch()
        // Its files would take longer than anybody waits for the summary.
        let summary = try await fleet.summary()
        #expect(summary.end == .budget)
        #expect(summary.outcomes == [.untested: 3])
        #expect(summary.error == nil)
        #expect(try fleet.record("b.toy").outcome == .untested)
        #expect(try directory.status().phase == .finished)
        #expect(try await eventually { try fleet.processes().isEmpty })
        #expect(try await eventually { try Leftovers.find(state: fleet.state).isEmpty })
    }
}
