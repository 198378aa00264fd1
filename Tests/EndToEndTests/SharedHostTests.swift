import Fleet
import FoundationEssentials
import TestSupport
import Testing

/// Several trees of one account on one host.
@Suite("sharing a host")
struct SharedHostTests {
    /// A second tree on this machine, with the state folder of a first one's host.
    private func other(_ project: Project, _ name: String, workspace: String, _ settings: String, _ files: [String: String]) throws -> String {
        for (file, text) in files { try project.folder.write(text, to: "home/\(name)/\(file)") }
        try project.folder.write("host = \"local\"\n[hosts.local]\nworkspace = \"\(workspace)\"\nstate = \"\(project.state)\"\n\(settings)", to: "home/\(name)/slt-remote.toml")
        return project.folder.file("home/\(name)")
    }

    private func slt(_ project: Project, in folder: String, _ arguments: String...) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.client] + arguments, environment: project.environment, in: folder)
    }

    @Test("two runs share the cores of their host, and who is left has all of them")
    func cores() async throws {
        let settings = "cores = 4\n" + Gate.settings(workers: 4)
        let project = try await Project(files: Gate.files(6), settings, isLocal: true)
        let second = try other(project, "other", workspace: "~/other-work", settings, Gate.files(6))
        #expect(try await project.slt("run", "--detach").code == 0)
        let first = try await project.status { $0.running == 4 }.id
        let started = try await slt(project, in: second, "run", "--detach", "--json")
        let id = try project.decode(RunStatus.self, started).id
        // Its first workers are as many as it may have.
        let halved = try await project.status { $0.id == id && $0.running == 2 }
        #expect(halved.share == WorkerShare(workers: 2, runs: 2, cores: 4))
        #expect(halved.workersWanted == 4)
        let shown = try await slt(project, in: second, "status")
        #expect(shown.text.contains("2 of 4 workers: 2 runs share 4 cores"), "\(shown)")
        let other = try await eventually { try project.runDirectory(first).status().share?.workers == 2 }
        #expect(other)
        // Those that are too many finish their file and leave.
        try project.openGate()
        try await project.status { $0.id == id && $0.running == 4 }
        #expect(try project.runDirectory(first).summary()?.end == .drained)
        #expect(try project.runDirectory(id).status().share?.runs == 1)
        try Data().write(to: URL(filePath: project.folder.file("home/other-work/open")))
        let end = try await slt(project, in: second, "attach", id)
        #expect(end.code == 0, "\(end)")
    }

    @Test("each tree has a workspace of its own, which begins as a copy of the one most like it, and goes when its tree is gone")
    func workspaces() async throws {
        var files: [String: String] = [:]
        for number in 0..<8 { files["part-\(number).txt"] = "text \(number)" }
        files["tests/a.test"] = passingFile
        let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"[ -e built ] || echo made > built\"\n"
        let project = try await Project(files: files, settings, isLocal: true, workspace: "auto")
        let unlike = try other(project, "unlike", workspace: "auto", settings, ["tests/a.test": passingFile, "own.txt": "x"])
        let like = try other(project, "like", workspace: "auto", settings, files.merging(["part-7.txt": "another text"]) { $1 })
        let trees = project.home + "/slt-remote/trees"
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: trees).sorted() }
        let one = try await project.slt("run")
        #expect(one.code == 0, "\(one)")
        #expect(!one.errors.contains("begins as a copy"), "\(one)")
        let two = try await slt(project, in: unlike, "sync")
        #expect(two.code == 0, "\(two)")
        let three = try await slt(project, in: like, "run")
        #expect(three.code == 0, "\(three)")
        #expect(three.errors.contains("the workspace begins as a copy of that of tester@"), "\(three)")
        #expect(three.errors.contains(":\(project.source)"), "\(three)")
        let made = try names()
        #expect(made.map { $0.prefix { $0 != "-" } } == ["like", "src", "unlike"])
        // What was built came along, and only what differs was sent.
        #expect(try String(contentsOfFile: "\(trees)/\(made[0])/built", encoding: .utf8) == "made\n")
        #expect(try String(contentsOfFile: "\(trees)/\(made[0])/part-7.txt", encoding: .utf8) == "another text")
        #expect(try String(contentsOfFile: "\(trees)/\(made[1])/part-7.txt", encoding: .utf8) == "text 7")
        #expect(try await !slt(project, in: like, "sync").errors.contains("begins as a copy"))

        try FileManager.default.removeItem(atPath: like)
        let would = try await project.slt("clean", "--dry-run")
        #expect(would.text.contains(made[0]), "\(would)")
        #expect(!would.text.contains(made[1]), "\(would)")
        let cleaned = try await project.slt("clean", "--yes")
        #expect(cleaned.code == 0, "\(cleaned)")
        #expect(try names() == Array(made.dropFirst()))
        #expect(try await project.slt("run", "--no-sync").code == 0)
    }
}
