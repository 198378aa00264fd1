import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Each of these happened with rsync, shell and Python; docs/migration.md has the whole list. What is not here stands beside
/// what it tests.
@Suite("what scripts around rsync and ssh got wrong")
struct MigrationTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\n"
    private static let failing = "query I nosort\nSELECT 1\n----\n2\n"

    private func git(_ project: Project, _ script: String, in folder: String) async throws -> String {
        let identity = ["GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t"]
        let done = try await RunningProgram.run(["/bin/sh", "-ec", script], environment: project.environment.merging(identity) { $1 }, in: folder)
        try #require(done.code == 0, "\(done)")
        return String(done.text.split(separator: "\n").last ?? "")
    }

    @Test("a sync from a git worktree, whose .git is a file, leaves the host's .git folder alone; the commit on record is the one that was tested")
    func worktree() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], MigrationTests.settings)
        let main = project.folder.file("home/main")
        try FileManager.default.createDirectory(atPath: main, withIntermediateDirectories: true)
        let commit = try await git(project, """
            git init -q . && echo x > x && git add x && git commit -qm one
            git worktree add -q ../tree && mv ../tree/.git ../src/.git && git worktree repair ../src >/dev/null && git -C ../src rev-parse HEAD
            """, in: main)
        try FileManager.default.createDirectory(atPath: project.workspace, withIntermediateDirectories: true)
        let other = try await git(project, "git init -q . && echo other > y && git add y && git commit -qm other && git rev-parse HEAD", in: project.workspace)
        try #require(commit != other && commit.count == 40)

        let run = try await project.slt("run", "--force", "--take-over")
        #expect(run.code == 0, "\(run)")
        #expect(try await git(project, "git rev-parse HEAD", in: project.workspace) == other)
        let id = try #require(project.runs().first)
        let source = try #require(project.runDirectory(id).spec.source)
        #expect(source.commit == commit)
        #expect(source.dirty == true)
        #expect(source.treeDigest?.isEmpty == false)
    }

    @Test("a run of one file does not become what is known of the others")
    func oneFile() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile, "tests/b.test": MigrationTests.failing, "tests/c.test": MigrationTests.failing],
                                        MigrationTests.settings)
        #expect(try await project.slt("run").code == 1)
        #expect(try await project.slt("run", "tests/a.test").code == 0)
        let failed = try project.decode(RunResult.self, try await project.slt("run", "--failed", "--json"))
        #expect(failed.status.total == 2)
        #expect(Set(failed.failures.map(\.file)) == ["tests/b.test", "tests/c.test"])
    }

    @Test("logs come home with the results, and a result that is missing on the host is an error, not a smaller number")
    func fetch() async throws {
        let project = try await Project(
            files: ["tests/a.test": "echo said by a", "tests/b.test": "echo said by b"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"command\"\ncommand = [\"/bin/sh\", \"{file}\"]\n[run]\nworkers = 1\n")
        #expect(try await project.slt("run").code == 0)
        let id = try #require(project.runs().first)
        let log = try String(contentsOfFile: "\(project.results)/\(id)/logs/worker-0.log", encoding: .utf8)
        #expect(log.contains("said by a"))
        #expect(log.contains("said by b"))

        let records = try project.runDirectory(id).path + "/records.jsonl"
        let whole = try String(contentsOfFile: records, encoding: .utf8)
        try Data((whole.split(separator: "\n").first.map { $0 + "\n" } ?? "").utf8).write(to: URL(filePath: records))
        let short = try await project.slt("fetch", id)
        #expect(short.code != 0, "\(short)")
        #expect(short.errors.contains("do not add up"), "\(short)")
        #expect(short.errors.contains("1 records came for 2 files"), "\(short)")
        #expect(unlink(records) == 0)
        let none = try await project.slt("fetch", id)
        #expect(none.code != 0, "\(none)")
        #expect(none.errors.contains("records.jsonl"), "\(none)")
    }

    @Test("results outlive the folder they were tested from")
    func deletedSource() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], MigrationTests.settings)
        #expect(try await project.slt("run").code == 0)
        try FileManager.default.removeItem(atPath: project.source)
        _ = try project.records(try #require(project.runs().first), count: 1)
    }
}
