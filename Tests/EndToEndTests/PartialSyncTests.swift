import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("a run whose sync could not bring everything")
struct PartialSyncTests {
    /// A project of which `tests/b.test` cannot be brought: on the host stands a folder with something of its own there.
    private func project() async throws -> Project {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "tests/b.test": passingFile, ".gitignore": "mine\n"],
            "[suite]\nfiles = [\"tests/a.test\"]\n[prepare]\ncommand = \"touch built\"\n", isLocal: true)
        let sync = try await project.slt("sync")
        try #require(sync.code == 0, "\(sync)")
        try FileManager.default.removeItem(atPath: project.workspace + "/tests/b.test")
        try FileManager.default.createDirectory(atPath: project.workspace + "/tests/b.test", withIntermediateDirectories: true)
        try #require(FileManager.default.createFile(atPath: project.workspace + "/tests/b.test/mine", contents: nil))
        return project
    }

    @Test("ends before the build, and says what was missing and how to go on all the same")
    func refused() async throws {
        let project = try await project()
        let run = try await project.slt("run")
        run.expect(code: 3, "warning: tests/b.test: cannot replace the folder", "nothing was built or run", "--allow-partial")
        #expect(!project.exists(project.workspace + "/built"))
        #expect(project.runs().isEmpty)
        try await project.slt("prepare").expect(code: 3, "nothing was built or run")
    }

    @Test("goes on when that is allowed, and is marked")
    func allowed() async throws {
        let project = try await project()
        let run = try await project.slt("run", "--allow-partial")
        #expect(run.code == 0, "\(run)")
        #expect(run.text.contains("partial"), "\(run)")
        let id = try #require(project.runs().first)
        #expect(try project.runDirectory(id).spec.source?.partialSync == true)
    }

    @Test("a FIFO in the source is a note, and the run goes on")
    func note() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        try #require(mkfifo(project.source + "/pipe", 0o600) == 0)
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        #expect(run.errors.contains("note: pipe: skipped: a FIFO is not sent"), "\(run)")
    }
}
