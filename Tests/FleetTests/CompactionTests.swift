@testable import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct CompactionTests {
    /// A run of all outcomes that has ended, as it was before anything was removed.
    private func ended(_ count: Int = 20) async throws -> FleetFixture {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0).toy", $0 % 3 == 0 ? "fail\n" : "pass\n") }))
        _ = try fleet.make()
        return fleet
    }

    private func blocks(_ path: String) -> Int { Path(path).bytesOnDisk }

    @Test("a run of which nothing is left to do keeps its records, and says the same as before")
    func compacted() async throws {
        let fleet = try await ended()
        let summary = try await fleet.run()
        let directory = try #require(fleet.directory)
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: directory.path))
        for gone in ["results", "claims", "feed", "work", "tmp", "scoreboard", "cursor"] { #expect(!names.contains(gone)) }
        let status = try directory.status()
        #expect(status.phase == .finished)
        #expect(status.outcomes == summary.outcomes)
        #expect(status.total == 20 && status.queued == 0 && status.running == 0)
        #expect(status.tests == summary.tests)
        #expect(try fleet.finished() == Array(0..<20), "who follows an ended run sees all of it")
        let failed = try #require(try fleet.records().first { $0.outcome == .fail })
        #expect(try directory.record(failed.id) == failed)
        #expect(try directory.record(20) == nil)
        let error = #expect(throws: FleetError.self) { try fleet.launch() }
        #expect(error?.code == .alreadyFinished)
    }

    @Test("a run that was stopped keeps everything, and can be resumed")
    func stopped() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "pass\n", "b.toy": "until never\n"])
        _ = try fleet.make(workers: 1)
        try fleet.launch()
        _ = try await fleet.worker(on: "b.toy")
        try #require(fleet.directory).requestStop(.now)
        _ = try await fleet.summary()
        let path = try #require(fleet.directory).path
        for kept in ["results", "scoreboard", "cursor", "claims"] { #expect(access("\(path)/\(kept)", F_OK) == 0, "\(kept)") }
    }

    @Test("compaction that is cut off after any step leaves a run that reads the same, and is finished by the next", arguments: 0..<10)
    func cut(_ steps: Int) async throws {
        let fleet = try await ended(6)
        _ = try await fleet.run()
        let directory = try #require(fleet.directory), layout = directory.layout
        let before = try directory.status()
        // As an older release leaves a run.
        for folder in layout.folders where !folder.exists { try folder.makeFolder() }
        try layout.resultShard(0).makeFolder()
        for id in 0..<6 { try layout.result(id).replace(with: Array("held x\n{}\n".utf8)) }
        try Cursor.create(layout.cursor)
        try Scoreboard.create(layout.scoreboard, workers: 2)
        try layout.retries.replace(with: Array("f".utf8))
        let failed = try #require(try fleet.records().first { $0.outcome == .fail })
        var done = 0
        _ = try directory.compact { _ in
            done += 1
            return done <= steps
        }
        #expect(try directory.status() == before)
        #expect(try directory.record(failed.id) == failed)
        #expect(try fleet.finished() == Array(0..<6))
        #expect(throws: FleetError.self) { try fleet.launch() }
        RunDirectory.compact(state: fleet.state, limit: 3)
        #expect(!layout.scoreboard.exists && !layout.results.exists && !layout.cursor.exists && !layout.retries.exists)
        #expect(try directory.status() == before)
        #expect(try directory.record(failed.id) == failed)
    }

    @Test("while a fetch reads the results one by one they stay, and go afterwards")
    func read() async throws {
        let fleet = try await ended(6)
        let directory = try #require(fleet.directory)
        var reading: RunReading? = try directory.beginReading(whole: true)
        _ = try await fleet.run()
        #expect(directory.layout.results.exists)
        withExtendedLifetime(reading) {}
        reading = nil
        #expect(try directory.compact())
        #expect(!directory.layout.results.exists)
    }

    @Test("without whole records nothing is removed")
    func broken() async throws {
        let fleet = try await ended(6)
        _ = try await fleet.run()
        let layout = try #require(fleet.directory).layout
        try layout.results.makeFolder()
        try Scoreboard.create(layout.scoreboard, workers: 2)
        let whole = try layout.records.contents()
        try layout.records.replace(with: Array(whole.dropLast(20)))
        #expect(try #require(fleet.directory).compact() == false)
        #expect(layout.results.exists)
    }

    @Test("a run is removed unless it lives or somebody reads it")
    func removal() async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until never\n"])
        let directory = try fleet.make()
        try fleet.launch()
        _ = try await fleet.worker(on: "a.toy")
        #expect(RunDirectory.remove("run-1", state: fleet.state, isDryRun: false).refusal == "it is running")
        try directory.requestStop(.now)
        _ = try await fleet.summary()
        var reading: RunReading? = try directory.beginReading()
        #expect(RunDirectory.remove("run-1", state: fleet.state, isDryRun: false).refusal == "somebody reads it")
        withExtendedLifetime(reading) {}
        reading = nil
        let dry = RunDirectory.remove("run-1", state: fleet.state, isDryRun: true)
        #expect(dry.refusal == nil && dry.bytes > 0)
        #expect(access(directory.path, F_OK) == 0)
        #expect(RunDirectory.remove("run-1", state: fleet.state, isDryRun: false).refusal == nil)
        #expect(access(directory.path, F_OK) != 0)
        #expect(RunDirectory.remove("run-1", state: fleet.state, isDryRun: false).refusal == "it is not there")
        #expect(RunDirectory.remove("../../x", state: fleet.state, isDryRun: false).refusal == "that is not the name of a run")
    }

    @Test("what is not needed in a state folder is told, then removed; what may be needed stays")
    func cleaning() throws {
        let folder = try TemporaryFolder()
        let digest = String(repeating: "a", count: 64), other = String(repeating: "b", count: 64)
        for name in ["agents/\(digest)/slt-worker", "agents/\(other)/slt-worker", "agents/upload-1/x", "sources/gone", "history/gone", "history/here"] { try folder.write("x", to: name) }
        try folder.write("slt-history 1\nr\n/no/such/folder\nxxxx", to: "history/gone")
        try folder.write("slt-history 1\nr\n\(folder.path)\nxxxx", to: "history/here")
        try SourceStamp(workspace: "/no/such/folder").write(state: folder.path)
        try SourceStamp(workspace: folder.path).write(state: folder.path)
        let found = StateCleaning.run(state: folder.path, keeping: [digest], isDryRun: true)
        #expect(found.map(\.kind) == [.agent, .history, .stamp])
        #expect(found.allSatisfy { access($0.path, F_OK) == 0 })
        #expect(StateCleaning.run(state: folder.path, keeping: [digest], isDryRun: false).allSatisfy { $0.refusal == nil && access($0.path, F_OK) != 0 })
        #expect(access(folder.file("agents/\(digest)/slt-worker"), F_OK) == 0)
        #expect(StateCleaning.run(state: folder.path, keeping: [digest], isDryRun: true).isEmpty)
    }
}
