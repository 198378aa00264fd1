import Fleet
import FoundationEssentials
import TestSupport
import Testing

/// The queue on a file system that answers success with an error and does not see at once what others have made, as a shared one may.
@Suite("a run on a forgetful disk") struct ForgetfulDiskTests {
    private func environment(_ fixture: FleetFixture, seed: Int, replays: Int, stale: Int) async throws -> [String: String] {
        ["LD_PRELOAD": try await FaultyFileSystem.build(in: fixture.folder), "FORGETFUL_ROOT": fixture.state + "/runs/", "FORGETFUL_SEED": "\(seed)",
         "FORGETFUL_REPLAYS": "\(replays)", "FORGETFUL_STALE": "\(stale)", "FORGETFUL_DELAY": "200"]
    }

    @Test("every file has one record, and none is lost to an error", arguments: [(1, 100, 0), (2, 0, 200), (3, 100, 100), (4, 300, 300), (5, 50, 500)])
    func once(seed: Int, replays: Int, stale: Int) async throws {
        let fixture = try FleetFixture()
        var files: [String: String] = [:]
        for number in 0..<200 { files["\(number).toy"] = number % 20 == 7 ? "fail" : "pass" }
        try fixture.toys(files)
        let directory = try fixture.make(workers: 8, lease: 2)
        try Supervisor.launch(runDirectory: directory, executable: FleetFixture.probe, environment: try await environment(fixture, seed: seed, replays: replays, stale: stale), patience: 300)
        let summary = try await fixture.summary()
        #expect(summary.error == nil && summary.end == .drained, "\(summary)")
        #expect(summary.outcomes == [.pass: 190, .fail: 10], "\(summary)")
        #expect(summary.restarts == 0, "\(summary)")
        let records = try fixture.records()
        #expect(Set(records.map(\.file)).count == 200)
        #expect(try fixture.finished() == Array(0..<200))
    }
}
