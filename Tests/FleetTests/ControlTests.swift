import Glibc
import TestSupport
import Testing

@testable import Fleet

@Suite struct ControlTests {
    @Test("a live fleet grows and shrinks without disturbing a file")
    func resize() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<8).map { ("f\($0).toy", "until go") }))
        let directory = try fleet.make(workers: 2)
        try fleet.launch()
        #expect(try await eventually { try directory.status().workers.count { $0.state == .running } == 2 })
        try directory.requestWorkers(5)
        #expect(try await eventually { try directory.status().workers.count { $0.state == .running } == 5 })
        #expect(try directory.status().workersWanted == 5)
        try directory.requestWorkers(1)
        #expect(try await eventually { try directory.status().workersWanted == 1 })
        // All five are in the middle of a file, which they finish.
        #expect(try directory.status().workers.count { $0.state == .running } == 5)
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 8])
        #expect(summary.workers == 1)
        #expect(summary.restarts == 0)
        #expect(try fleet.records().allSatisfy { $0.attempt == 1 })
        for wrong in [0, -1, 1 << 40] { #expect(throws: FleetError.self) { try directory.requestWorkers(wrong) } }
        try fleet.expectTidy()
    }

    @Test("a pause stops claims and not files, and claims go on after it")
    func pause() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until go and more", "b.toy": "until go", "c.toy": "pass"])
        let directory = try fleet.make(workers: 2)
        try directory.requestPause(true)
        try fleet.launch()
        #expect(try await eventually { try directory.status().paused == .asked && directory.status().workers.count { $0.state == .idle } == 2 })
        #expect(try directory.status().queued == 3)
        try directory.requestPause(false)
        #expect(try await eventually { try directory.status().running == 2 })
        try directory.requestPause(true)
        #expect(try await eventually { try directory.status().paused == .asked })
        try fleet.toys(["go": "", "more": ""])
        #expect(try await eventually { try directory.status().done == 2 })
        #expect(try await eventually { try directory.status().use?.paused ?? 0 > 0 })
        #expect(try directory.status().queued == 1)
        #expect(try directory.status().phase == .running)
        try directory.requestPause(false)
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 3])
        let use = try #require(summary.use)
        #expect(use.paused > 0)
        #expect(abs(use.wanted - use.active - use.startup - use.claims - use.tail - use.paused) < 0.001)
    }

    @Test("a file has the time-out of the first glob that matches it")
    func timeouts() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["slow/a.toy": "until go", "b.toy": "until never", "c.toy": "until never"])
        let directory = try fleet.make(workers: 3, timeout: 600) {
            $0.fileTimeouts = [FileTimeout(files: "b.*", seconds: 0.3), FileTimeout(files: "?.toy", seconds: 0.5), FileTimeout(files: "**/*.toy", seconds: 900)]
        }
        try fleet.launch()
        #expect(try await eventually { try directory.status().outcomes[.timeout] == 2 })
        try fleet.toys(["slow/go": "", "go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.timeout: 2, .pass: 1])
        #expect(try fleet.record("b.toy").message?.contains("after 0.3 s") == true)
        #expect(try fleet.record("c.toy").message?.contains("after 0.5 s") == true)
    }

    @Test("a host with less memory than the floor gets no more files")
    func floor() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass", "b.toy": "pass"])
        // The floor is looked at before the first worker can claim.
        let directory = try fleet.make(workers: 1) { $0.memoryFloor = 1 << 60 }
        try fleet.launch()
        #expect(try await eventually { try directory.status().paused == .memory })
        try directory.requestStop(.graceful)
        let summary = try await fleet.summary()
        #expect(summary.end == .stopped)
        #expect(summary.outcomes == [.untested: 2])
    }

    @Test("below the floor the largest worker is ended, one at a time, and claims wait until there is room")
    func floorVerdicts() {
        let mega = 1 << 20, second: UInt64 = 1_000_000_000
        var floor = MemoryFloor(1000 * mega)
        #expect(floor.look(available: 2000 * mega, workers: [1: 900 * mega], now: second) == .init(pauses: false, end: nil))
        #expect(floor.look(available: 900 * mega, workers: [1: 20 * mega, 2: 500 * mega], now: second) == .init(pauses: true, end: 2))
        #expect(floor.look(available: 900 * mega, workers: [1: 20 * mega, 2: 500 * mega], now: second + second / 2) == .init(pauses: true, end: nil))
        #expect(floor.look(available: 800 * mega, workers: [1: 600 * mega], now: 3 * second) == .init(pauses: true, end: 1))
        #expect(floor.look(available: 800 * mega, workers: [1: 30 * mega], now: 5 * second) == .init(pauses: true, end: nil))
        #expect(floor.look(available: 1100 * mega, workers: [:], now: 6 * second) == .init(pauses: true, end: nil))
        #expect(floor.look(available: 1300 * mega, workers: [:], now: 7 * second) == .init(pauses: false, end: nil))
        #expect(MemoryFloor(nil, total: 123 << 30).bytes == 1 << 30)
        #expect(MemoryFloor(nil, total: 2 << 30).bytes == (2 << 30) / 20)
    }

    @Test("a program that takes more than a worker may have is ended as out of memory while the rest goes on")
    func resident() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["hold.toy": "x", "a.toy": "x", "b.toy": "x"])
        // Each process stays below the limit; together they do not.
        let engine = EngineSpec(kind: .command, command: ["sh", "-c", "case $1 in *hold*) for i in 1 2 3; do cat /dev/zero | tail -c 150M & done; wait;; esac", "sh", "{file}"])
        _ = try fleet.make(workers: 2, attempts: 1, memory: 400 << 20, engine: engine)
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.pass: 2, .outOfMemory: 1])
        #expect(try fleet.record("hold.toy").message?.contains("400 MiB allowed") == true)
    }

    @Test("an engine that was refused memory and says so is out of memory too, and is not tried again")
    func refused() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "nomem", "b.toy": "fail", "c.toy": "pass"])
        _ = try fleet.make(memory: 1 << 30) { $0.retries = 1 }
        let summary = try await fleet.run()
        #expect(summary.outcomes == [.outOfMemory: 1, .fail: 1, .pass: 1])
        #expect(try fleet.record("a.toy").message == "statement error: out of memory")
        #expect(try fleet.record("a.toy").runs == nil)
    }

    @Test("what an older run left behind is found by its run and ended, and nothing else is")
    func leftovers() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "x"])
        let directory = try fleet.make(workers: 1, engine: EngineSpec(kind: .command, command: ["sleep", "6000"]))
        let supervisor = try fleet.launch()
        let worker = try await fleet.worker(on: "a.toy")
        #expect(try Leftovers.find(state: fleet.state).isEmpty)
        #expect(try await eventually { try ProcessTree(of: worker.pid, startTime: #require(ProcessIdentity.startTime(of: worker.pid))).resident > 0
            && !ChildProcesses.of(worker.pid).isEmpty })
        // Neither the worker nor the supervisor can end what the worker had started.
        #expect(kill(supervisor, SIGSTOP) == 0)
        #expect(kill(worker.pid, SIGKILL) == 0)
        #expect(kill(supervisor, SIGKILL) == 0)
        #expect(try await eventually { try !directory.isSupervised() && fleet.processes().isEmpty })
        let found = try Leftovers.find(state: fleet.state)
        #expect(found.count == 1)
        #expect(found.first?.run == "run-1")
        #expect(found.first?.command.hasPrefix("sleep 6000") == true)
        #expect(try Leftovers.find(state: fleet.state + "-other").isEmpty)
        var wrong = found
        for index in wrong.indices { wrong[index].startTime += 1 }
        #expect(Leftovers.end(wrong) == 0)
        #expect(Leftovers.end(found) == 1)
        #expect(try await eventually { try Leftovers.find(state: fleet.state).isEmpty })
        #expect(try directory.status().phase == .interrupted)
    }
}

extension ChildProcesses {
    static func of(_ pid: Int32) -> [UInt8] { Path("/proc/\(pid)/task/\(pid)/children").kernelText() ?? [] }
}
