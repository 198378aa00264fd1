import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct SupervisionTests {
    @Test("every file ends with exactly one record, whatever becomes of it")
    func everyOutcome() async throws {
        let fleet = try FleetFixture()
        try fleet.toys([
            "pass.toy": "pass\npass", "fail.toy": "pass\nfail", "crash.toy": "pass\ncrash", "leave.toy": "leave", "spin.toy": "pass\nspin",
            "once.toy": "crash-once", "with\nnewline.toy": "pass", "blocked.toy": "crash",
        ])
        #expect(symlink("nowhere", fleet.workspace + "/dangling.toy") == 0)
        #expect(mkfifo(fleet.workspace + "/fifo.toy", 0o600) == 0)
        let directory = try fleet.make(workers: 3, timeout: 10, block: [BlockedFile(path: "**/blocked.toy", reason: "too big")])
        #expect(try directory.status().phase == .created)
        let summary = try await fleet.run()
        #expect(summary.end == .drained)
        #expect(summary.error == nil)
        #expect(summary.isComplete)
        #expect(summary.outcomes == [.pass: 3, .fail: 1, .crashed: 2, .timeout: 1, .unreadable: 2, .blocked: 1])
        #expect(summary.outcomes.values.reduce(0, +) == summary.total)
        let crashed = try fleet.record("crash.toy").message
        #expect(crashed == "killed by SIGSEGV at line 2, try 2")
        #expect(try fleet.record("leave.toy").message?.contains("exit code 3") == true)
        #expect(try fleet.record("once.toy").attempt == 2)
        #expect(try fleet.record("spin.toy").message == "not finished after 10 s at line 2")
        #expect(try fleet.record("blocked.toy").message == "blocked: too big")
        #expect(try fleet.record("fail.toy").failures.first?.line == 2)
        #expect(try fleet.finished() == Array(0..<10))
        #expect(try fleet.events().first?.kind == .runStarted)
        #expect(try fleet.events().last?.kind == .runFinished)
        let status = try directory.status()
        #expect(status.phase == .finished)
        #expect(status.outcomes == summary.outcomes)
        #expect(status.queued == 0)
        #expect(status.running == 0)
        try fleet.expectTidy()
        #expect { try fleet.launch() } throws: { ($0 as? FleetError)?.code == .alreadyFinished }
    }

    @Test("eight workers claim two thousand files and none of them twice")
    func claims() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<2000).map { ("d\($0 % 7)/f\($0).toy", "pass") }))
        _ = try fleet.make(workers: 8)
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 2000])
        #expect(summary.tests == 2000)
        #expect(summary.lateResults == 0)
        let records = try fleet.records()
        #expect(Set(records.map(\.file)).count == 2000)
        #expect(records.allSatisfy { $0.attempt == 1 })
        #expect(try fleet.finished() == Array(0..<2000))
        #expect(try fleet.directory?.record(1999)?.id == 1999)
        try fleet.expectTidy()
    }

    @Test("a killed worker is replaced and its file tried again")
    func killedWorker() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["long.toy": "until go\npass", "a.toy": "pass"])
        _ = try fleet.make(workers: 2)
        try fleet.launch()
        let worker = try await fleet.worker(on: "long.toy", line: 1)
        #expect(kill(worker.pid, SIGKILL) == 0)
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 2])
        #expect(summary.restarts == 1)
        #expect(try fleet.record("long.toy").attempt == 2)
        #expect(try fleet.events().contains { $0.kind == .workerDied && $0.pid == worker.pid && $0.message?.contains("SIGKILL on long.toy:1") == true })
        try fleet.expectTidy()
    }

    @Test("a killed supervisor leaves an interrupted run, from which a new one goes on")
    func killedSupervisor() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<40).map { ("f\($0).toy", $0 == 0 ? "until never" : "pass") }))
        let directory = try fleet.make(workers: 4, attempts: 1)
        // The largest file comes first, so that it is the one in flight.
        let supervisor = try fleet.launch()
        _ = try await fleet.worker(on: "f0.toy")
        #expect(try await eventually { try directory.status().done == 39 })
        let follower = RunFollower(directory)
        #expect { try fleet.launch() } throws: { ($0 as? FleetError)?.code == .alreadyRunning }
        #expect(kill(supervisor, SIGKILL) == 0)
        #expect(try await eventually { try directory.status().phase == .interrupted })
        #expect(try await eventually { try fleet.processes().isEmpty })
        let status = try directory.status()
        #expect(status.outcomes == [.pass: 39])
        #expect(status.running == 1)
        #expect(status.total == 40)
        try fleet.toys(["f0.toy": "pass"])
        try fleet.launch()
        let summary = try await fleet.summary()
        // The try that ended with its supervisor does not count, although only one is allowed.
        #expect(summary.outcomes == [.pass: 40])
        #expect(try fleet.finished() == Array(0..<40))
        var late = follower
        #expect(try late.next() == fleet.events())
        try fleet.expectTidy()
    }

    @Test("what the budget leaves is untested, and a resumed run tests it")
    func budget() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until never", "b.toy": "until never", "c.toy": "until never"])
        let directory = try fleet.make(workers: 2, budget: 3, grace: 0.2)
        let summary = try await fleet.run()
        #expect(summary.end == .budget)
        #expect(summary.outcomes == [.untested: 3])
        #expect(summary.error == nil)
        #expect(!summary.isComplete)
        #expect(try fleet.record("c.toy").message == "the time budget was over")
        #expect(try directory.status().phase == .finished)
        #expect(try fleet.processes().isEmpty)
        try fleet.toys(["a.toy": "pass", "b.toy": "pass", "c.toy": "fail"])
        try fleet.launch()
        let second = try await fleet.summary()
        #expect(second.end == .drained)
        #expect(second.outcomes == [.pass: 2, .fail: 1])
        try fleet.expectTidy()
    }

    @Test("a graceful stop lets files in flight finish and claims no more")
    func gracefulStop() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until go", "b.toy": "pass", "c.toy": "pass"])
        let directory = try fleet.make(workers: 1, grace: 600)
        try fleet.launch()
        _ = try await fleet.worker(on: "a.toy")
        try directory.requestStop(.graceful)
        #expect(try await eventually { try fleet.events().contains { $0.kind == .stopRequested } })
        #expect(try directory.status().phase == .stopping)
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.end == .stopped)
        #expect(summary.outcomes == [.pass: 1, .untested: 2])
        try fleet.expectTidy()
    }

    @Test("an immediate stop leaves no process behind, not even one that hides")
    func immediateStop() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "", "b.toy": ""])
        let marker = "\(UInt64.random(in: 1_000_000_000...9_999_999_999))"
        let engine = EngineSpec(kind: .command, command: ["sh", "-c", "setsid sleep 6000.\(marker) & sleep 6001.\(marker); true"])
        let directory = try fleet.make(workers: 2, engine: engine)
        try fleet.launch()
        let sleepers = { () throws -> Int in
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int32($0) != nil }.count { pid in
                FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map { String(decoding: $0, as: UTF8.self).contains(marker) && String(decoding: $0, as: UTF8.self).hasPrefix("sleep") } ?? false
            }
        }
        #expect(try await eventually { try sleepers() == 4 })
        try directory.requestStop(.now)
        let summary = try await fleet.summary()
        #expect(summary.end == .stopped)
        #expect(summary.outcomes == [.untested: 2])
        #expect(try await eventually { try sleepers() == 0 })
        #expect(try await eventually { try fleet.processes().isEmpty })
    }

    @Test("the result of a worker that was stopped longer than its lease does not count")
    func zombie() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["slow.toy": "pass\nuntil go\npass", "keep.toy": "until never"])
        let directory = try fleet.make(workers: 3, lease: 6)
        try fleet.launch()
        let worker = try await fleet.worker(on: "slow.toy")
        #expect(kill(worker.pid, SIGSTOP) == 0)
        try fleet.toys(["go": ""])
        #expect(try await eventually { try directory.record(fleet.id("slow.toy")) != nil })
        #expect(kill(worker.pid, SIGCONT) == 0)
        #expect(try await eventually { try directory.status().lateResults == 1 })
        try directory.requestStop(.now)
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 1, .untested: 1])
        #expect(summary.lateResults == 1)
        #expect(summary.error == nil)
        let record = try fleet.record("slow.toy")
        #expect(record.attempt == 2)
        #expect(record.worker != worker.slot)
        #expect(try fleet.finished() == [fleet.id("slow.toy")])
    }

    @Test("files that crash again and again do not keep the others from being run")
    func crashLoop() async throws {
        let fleet = try FleetFixture()
        var toys = Dictionary(uniqueKeysWithValues: (0..<30).map { ("f\($0).toy", "pass") })
        for number in 0..<5 { toys["crash\(number).toy"] = "die and be tried again" }
        try fleet.toys(toys)
        _ = try fleet.make(workers: 2, attempts: 3)
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 30, .crashed: 5])
        #expect(summary.restarts == 15)
        #expect(try fleet.record("crash0.toy").attempt == 3)
        try fleet.expectTidy()
    }

    @Test("a worker that cannot start ends the run with its words, not with a storm of processes")
    func brokenWorker() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass"])
        let script = try fleet.folder.write("#!/bin/sh\n[ \"$1\" = work ] || PROBE_WORKER=\"$0\" exec '\(FleetFixture.probe)' \"$@\"\necho cannot find libexample >&2\nexit 9\n", to: "worker.sh")
        #expect(chmod(script, 0o755) == 0)
        let directory = try fleet.make(workers: 2)
        try Supervisor.launch(runDirectory: directory, executable: script)
        let summary = try await fleet.summary()
        #expect(summary.end == .failed)
        #expect(summary.outcomes == [.untested: 1])
        #expect(summary.error?.contains("left with exit code 9: cannot find libexample") == true)
        #expect(try fleet.events().count { $0.kind == .workerStarted } <= 7)
        #expect(try directory.status().error == summary.error)
    }

    @Test("a supervisor that cannot be started says why")
    func noExecutable() throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass"])
        let directory = try fleet.make()
        #expect { try Supervisor.launch(runDirectory: directory, executable: "/nonexistent/worker") } throws: {
            ($0 as? FleetError)?.code == .startFailed && "\($0)".contains("/nonexistent/worker")
        }
        #expect(try directory.status().phase == .created)
    }

    @Test("a file that takes all memory ends as out of memory and the rest goes on")
    func memory() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["hog.toy": "hog", "a.toy": "pass"])
        let directory = try fleet.make(workers: 1, attempts: 1, memory: 400 << 20)
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 1, .outOfMemory: 1])
        let limit = try #require(summary.memory)
        #expect(limit.bytes == 400 << 20)
        #expect(try directory.status().memory == limit)
        #expect(try fleet.events().first?.message == "2 files, 1 workers, 400 MiB of memory each, held by \(limit.by.words)")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/cgroup"))
    }

    @Test("a worker that says it was refused memory is out of memory, and its words are not held against the next one")
    func refusedMemory() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "refuse", "b.toy": "crash", "c.toy": "pass"])
        _ = try fleet.make(workers: 1, attempts: 1, selection: Selection(order: .name))
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.outOfMemory: 1, .crashed: 1, .pass: 1])
        #expect(summary.memory == nil)
        #expect(try fleet.record("a.toy").message == "out of memory: killed by SIGABRT at line 1")
        #expect(try fleet.record("b.toy").message == "killed by SIGSEGV at line 1")
    }

    @Test("whoever follows the events late, in pieces or twice sees the same")
    func followers() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<300).map { ("f\($0).toy", $0 % 10 == 0 ? "fail" : "pass") }))
        let directory = try fleet.make(workers: 2)
        try fleet.launch()
        var early = RunFollower(directory)
        var seen: [RunEvent] = []
        #expect(try await eventually(every: .milliseconds(1)) {
            while case let some = try early.next(limit: 4096), !some.isEmpty { seen += some }
            return seen.last?.kind == .runFinished
        })
        _ = try await fleet.summary()
        #expect(try seen == fleet.events())
        let half = seen.count / 2
        var second = RunFollower(directory, from: 0)
        var again: [RunEvent] = []
        while again.count < half { again += try second.next(limit: 4096) }
        var third = RunFollower(directory, from: second.offset)
        while case let some = try third.next(), !some.isEmpty { again += some }
        #expect(again == seen)
        #expect(seen.compactMap(\.record).count { $0.outcome == .fail && $0.failures.first?.expected == "1" } == 30)
    }
}

extension FleetFixture {
    /// The id of a file of the run.
    func id(_ name: String) throws -> Int {
        var found: Int?
        let manifest = try #require(directory).manifest()
        try manifest.forEach { id, file in if file.text == name { found = id } }
        return try #require(found)
    }
}
