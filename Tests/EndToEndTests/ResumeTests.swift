import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("resumed runs and their sources")
struct ResumeTests {
    /// A run that was stopped with files left.
    private func stopped() async throws -> (Project, id: String) {
        let project = try await Project(files: Gate.files(4), Gate.settings(), isLocal: true)
        #expect(try await project.slt("run", "--detach").code == 0)
        let id = try await project.status { $0.running == 2 }.id
        #expect(try await project.slt("stop", "--now").code == 0)
        return (project, id)
    }

    @Test("after another sync a resume is refused and says what changed; after a sync back it goes on")
    func changed() async throws {
        let (project, id) = try await stopped()
        let before = try #require(try project.runDirectory(id).spec.source?.treeDigest)
        try project.write("edited", to: "tests/0.test")
        #expect(try await project.slt("sync").code == 0)
        let refused = try await project.slt("run", "--resume", id)
        refused.expect(code: 2, id, "sources have changed", "tree \(before.prefix(8))", "--force")
        #expect(try project.runDirectory(id).status().phase == .finished)
        // A dry run and a sync that is refused change nothing of what is known.
        #expect(try await project.slt("sync", "--dry-run").code == 0)
        #expect(try await project.slt("run", "--resume", id).errors == refused.errors)
        try project.openGate()
        let forced = try await project.slt("run", "--resume", id, "--force")
        #expect(forced.code == 0, "\(forced)")
        #expect(forced.text.contains("resumed on other sources"), "\(forced)")
        let spec = try project.runDirectory(id).spec
        #expect(spec.source?.treeDigest == before)
        #expect(spec.resumedOn?.count == 1)
        #expect(spec.resumedOn?.first?.treeDigest != before)
        #expect(project.exists("\(project.results)/\(id)/resumed.json"))
    }

    @Test("without another sync, and after one that changed nothing, it goes on without a word")
    func unchanged() async throws {
        let (project, id) = try await stopped()
        #expect(try await project.slt("sync").code == 0)
        try project.openGate()
        let end = try await project.slt("run", "--resume")
        #expect(end.code == 0, "\(end)")
        #expect(!end.text.contains("other sources"), "\(end)")
        // The stop was of the start before this one.
        #expect(!end.errors.contains("stop was asked for"), "\(end)")
        #expect(try project.runDirectory(id).spec.resumedOn == nil)
        let directory = try project.runDirectory(id).path
        #expect(!project.exists(directory + "/resumed.json"))
        try await project.slt("run", "--resume", id).expect(code: 2, "every file has its record")
    }

    @Test("a sync that was cut off counts as a change")
    func unfinished() async throws {
        let (project, id) = try await stopped()
        // As the agent leaves it when it is killed in the midst of a sync.
        let stamp = try #require(SourceStamp.read(state: project.state, workspace: project.workspace))
        try SourceStamp(workspace: project.workspace, source: stamp.source, isUnfinished: true).write(state: project.state)
        try await project.slt("run", "--resume", id).expect(code: 2, "did not finish", "--force")
        #expect(try await project.slt("sync").code == 0)
        try project.openGate()
        #expect(try await project.slt("run", "--resume", id).code == 0)
    }

    @Test("a run of a release that left no word of its syncs is resumed as ever")
    func older() async throws {
        let (project, id) = try await stopped()
        try FileManager.default.removeItem(atPath: project.state + "/sources")
        try project.openGate()
        #expect(try await project.slt("run", "--resume", id).code == 0)
    }

    @Test("--workers and --time are honoured, what belongs to the start of a run is refused by name")
    func flags() async throws {
        let (project, id) = try await stopped()
        for flag in [["--shard", "1/2"], ["--filter", "x"], ["--seed", "1"], ["--memory", "1G"], ["--order", "name"], ["--mode", "soak"], ["--retries", "1"],
                     ["--attempts", "1"], ["--file-timeout", "1s"], ["--profile", "quick"], ["--failed"], ["--no-sync"], ["--no-build"], ["--allow-partial"], ["--take-over"]] {
            let refused = try project.start(["run", "--resume", id] + flag)
            try await refused.finish().expect(code: 2, flag[0])
        }
        try await project.slt("run", "--resume", id, "tests/0.test").expect(code: 2, "globs")
        try await project.slt("run", "--resume", id, "--workers", "5000").expect(code: 2, "5000")
        let resumed = try await project.slt("run", "--resume", id, "--workers", "3", "--time", "3000s", "--detach")
        #expect(resumed.code == 0, "\(resumed)")
        let live = try await project.status { $0.running == 3 }
        #expect(live.workersWanted == 3)
        #expect(live.timeBudget == 3000)
        #expect(live.timeLeft ?? 4000 <= 3000)
        try project.openGate()
        #expect(try await project.slt("attach", id).code == 0)
        let original = try JSONDecoder().decode(RunSpec.self, from: Data(contentsOf: URL(filePath: try project.runDirectory(id).path + "/spec.json")))
        #expect(original.workers == 2)
    }

    @Test("--no-sync records what the last sync brought, and nothing where that is not known")
    func noSync() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let git = "git init -q -b topic . && git add -A && git -c user.name=t -c user.email=t@t commit -qm first && git rev-parse HEAD"
        let commit = try await RunningProgram.run(["/bin/sh", "-c", git], environment: project.environment, in: project.source).text.split(separator: "\n").first.map(String.init)
        try project.write("more", to: "untracked")
        #expect(try await project.slt("sync").code == 0)
        // What is only here is not what is tested.
        #expect(try await RunningProgram.run(["/bin/sh", "-c", "git add -A && git -c user.name=t -c user.email=t@t commit -qm second"],
                                             environment: project.environment, in: project.source).code == 0)
        #expect(try await project.slt("run", "--no-sync").code == 0)
        let latest = try #require(project.runs().last)
        let source = try #require(try project.runDirectory(latest).spec.source)
        #expect(source.commit == commit)
        #expect(source.branch == "topic")
        #expect(source.dirty == true)
        #expect(source.treeDigest?.count == 32)
        try FileManager.default.removeItem(atPath: project.state + "/sources")
        #expect(try await project.slt("run", "--no-sync").code == 0)
        let unknown = try #require(project.runs().last)
        #expect(unknown != latest)
        #expect(try project.runDirectory(unknown).spec.source == nil)
    }
}
