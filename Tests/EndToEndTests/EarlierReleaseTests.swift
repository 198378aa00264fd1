import FoundationEssentials
import TestSupport
import Testing

/// Runs that the release of November 2026 has left, in the host's state folder and here: one that ended with a failure and a
/// blocked file (`…-gyrb`), one that was stopped (`…-bm57`), and one whose supervisor was killed (`…-6325`).
@Suite("runs of an earlier release")
struct EarlierReleaseTests {
    private static let finished = "20261128-195315-gyrb", stopped = "20261128-195315-bm57", killed = "20261128-195337-6325"
    /// Where they were made.
    private static let workspace = "/tmp/fix/work"

    private func project() async throws -> Project {
        let project = try await Project(files: ["tests/pass.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let fixture = String(#filePath.dropLast("EndToEndTests/EarlierReleaseTests.swift".count)) + "Fixtures/runs-2026-11.tar.gz"
        let unpacked = try await RunningProgram.run(["/usr/bin/tar", "-xzf", fixture, "-C", project.home], environment: ["PATH": "/usr/bin:/bin"])
        try #require(unpacked.code == 0, "\(unpacked)")
        for run in [Self.finished, Self.stopped, Self.killed] {
            let spec = "\(project.state)/runs/\(run)/spec.json"
            try String(contentsOfFile: spec, encoding: .utf8).replacing(Self.workspace, with: project.workspace).write(toFile: spec, atomically: true, encoding: .utf8)
        }
        return project
    }

    @Test("are listed")
    func listed() async throws {
        let runs = try await project().slt("runs")
        #expect(runs.code == 0, "\(runs)")
        for run in [Self.finished, Self.stopped, Self.killed] { #expect(runs.text.contains(run), "\(runs)") }
        #expect(runs.text.contains("interrupted"), "\(runs)")
    }

    @Test("can be followed to their end")
    func attached() async throws {
        let project = try await project()
        let attach = try await project.slt("attach", Self.finished)
        #expect(attach.code == 1, "\(attach)")
        #expect(attach.text.contains("1 of 4 files failed"), "\(attach)")
        #expect(attach.text.contains("tests/fail.test:7"), "\(attach)")
        let status = try await project.slt("status", Self.stopped)
        #expect(status.code == 0, "\(status)")
        #expect(status.text.contains(Self.stopped), "\(status)")
    }

    @Test("can be fetched", arguments: [finished, stopped])
    func fetched(_ run: String) async throws {
        let project = try await project()
        let fetch = try await project.slt("fetch", run, "--to", project.folder.file("results"))
        #expect(fetch.code == 0, "\(fetch)")
        let records = try String(contentsOfFile: project.folder.file("results/\(run)/records.jsonl"), encoding: .utf8)
        #expect(records.contains(#""file":"tests/fail.test","outcome":"fail""#))
    }
}
