import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ClaimWindowTests {
    @Test("a claim that does not say whose it is is taken over as soon as nobody works any more", arguments: ["", "held box 1"])
    func ownerless(_ line: String) async throws {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<8).map { ("f\($0).toy", "pass") }))
        let directory = try fleet.make(workers: 1, lease: 600)
        try fleet.launch()
        _ = try await fleet.summary()
        // Afterwards: a supervisor that starts puts such claims in order itself, so this one comes while the next is at work.
        try fleet.toys(["g0.toy": "until go", "g1.toy": "pass"])
        #expect(directory.spec.id == "run-1")
        let second = try fleet.make(workers: 1, lease: 600, id: "run-2", selection: Selection(order: .name))
        try fleet.launch()
        _ = try await fleet.worker(on: "g0.toy")
        let last = try fleet.id("g1.toy")
        try Data(line.utf8).write(to: URL(filePath: "\(second.path)/claims/\(last).1"))
        try fleet.toys(["go": ""])
        // Nobody waits for the summary as long as for a lease to end.
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 10])
        #expect(summary.error == nil)
        // Who had only claimed it had not tried it.
        #expect(try fleet.record("g1.toy").attempt == 1)
        try fleet.expectTidy()
    }

    @Test("a file that has lost its claim is put back")
    func lostClaim() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until go", "b.toy": "pass"])
        let directory = try fleet.make(workers: 1, selection: Selection(order: .name))
        try fleet.launch()
        let worker = try await fleet.worker(on: "a.toy")
        #expect(kill(worker.pid, SIGSTOP) == 0)
        #expect(unlink("\(directory.path)/claims/\(try fleet.id("a.toy")).1") == 0)
        #expect(kill(worker.pid, SIGKILL) == 0)
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 2])
        #expect(summary.error == nil)
    }

    /// A few of each here; `fleet-probe window-chaos` makes as many as one wants.
    @Test("a worker that is ended between two steps that belong together loses nothing", arguments: [4, 5] as [UInt64])
    func windows(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let chaos = try await RunningProgram.run([FleetFixture.probe, "window-chaos", folder.file("state"), "\(seed)", "12"],
                                                 environment: ["PATH": "/usr/bin:/bin"], within: .seconds(1200))
        #expect(chaos.code == 0, "\(chaos)")
        #expect(chaos.text.contains("claim-opened 12"), "\(chaos)")
        #expect(chaos.text.contains(" 0 violations"), "\(chaos)")
    }
}
