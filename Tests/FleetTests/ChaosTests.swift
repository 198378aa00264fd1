import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ChaosTests {
    @Test("whatever is killed and whenever, each file ends with one record", arguments: [1, 2] as [UInt64])
    func kills(_ seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let fleet = try FleetFixture()
        var toys: [String: String] = [:]
        for number in 0..<100 {
            toys["f\(number).toy"] = ["pass", "sleep 0.05\nfail", "until go", "fail", "crash-once\nsleep 0.05"][number % 5]
        }
        try fleet.toys(toys)
        let directory = try fleet.make(workers: 4, attempts: 1000)
        var kills = 0
        let ended = try await eventually(within: .seconds(60), every: .milliseconds(5)) {
            let status = try directory.status()
            #expect(status.queued + status.running + status.done == status.total)
            if status.phase == .finished && status.outcomes[.untested] == nil { return true }
            if try !directory.isSupervised() {
                do { try fleet.launch() } catch let error as FleetError where error.code == .alreadyFinished {}
                return false
            }
            if kills < 25 && self.killOne(status.workers, of: directory, &random) { kills += 1 }
            // Enough; some files wait for this, so the run cannot be over earlier.
            if kills == 25 && access(fleet.workspace + "/go", F_OK) != 0 { try fleet.toys(["go": ""]) }
            return false
        }
        #expect(ended && kills == 25)
        let summary = try await fleet.summary()
        #expect(summary.error == nil && summary.outcomes == [.pass: 60, .fail: 40])
        #expect(try fleet.finished() == Array(0..<100))
        #expect(try fleet.record("f0.toy").id == directory.record(fleet.id("f0.toy"))?.id)
        try fleet.expectTidy()
    }

    /// Most often a worker, now and then the supervisor, which is the workers' parent.
    private func killOne(_ workers: [WorkerStatus], of directory: RunDirectory, _ random: inout SplitMix) -> Bool {
        let alive = workers.filter { $0.pid > 1 && $0.state != .gone }
        guard !alive.isEmpty else { return false }
        let worker = alive[Int(random.next() % UInt64(alive.count))]
        if random.next() % 10 > 0 { return kill(worker.pid, SIGKILL) == 0 }
        guard let status = FileManager.default.contents(atPath: "/proc/\(worker.pid)/status"),
              let line = status.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: "PPid:".utf8) }),
              let parent = Int32(String(decoding: line.dropFirst(6), as: UTF8.self)), parent > 1,
              let command = FileManager.default.contents(atPath: "/proc/\(parent)/cmdline"),
              String(decoding: command, as: UTF8.self).contains(directory.path) else { return false }
        return kill(parent, SIGKILL) == 0
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
