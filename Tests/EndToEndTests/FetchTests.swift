import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("results at home")
struct FetchTests {
    private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    private func finished() async throws -> (Project, id: String, home: String) {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let run = try await project.slt("run")
        try #require(run.code == 0, "\(run)")
        let id = try #require(project.runs().first)
        return (project, id, "\(project.results)/\(id)")
    }

    @Test("notes among the results stay, however often they are fetched")
    func notes() async throws {
        let (project, id, home) = try await finished()
        for name in ["notes.txt", "logs/mine", "analysis/plot"] { try project.folder.write("mine", to: String(home.dropFirst(project.folder.path.count + 1)) + "/" + name) }
        try Data("changed".utf8).write(to: URL(filePath: home + "/samples"))
        for _ in 0..<2 { #expect(try await project.slt("fetch", id).code == 0) }
        for name in ["notes.txt", "logs/mine", "analysis/plot"] { #expect(text(home + "/" + name) == "mine", "\(name)") }
        #expect(text(home + "/samples") != "changed")
        _ = try project.records(id, count: 1)
    }

    @Test("results of an older release, which kept no list, are updated, and the notes among them stay")
    func older() async throws {
        let (project, id, home) = try await finished()
        try #require(unlink(home + "/.fetched") == 0)
        try Data("mine".utf8).write(to: URL(filePath: home + "/notes.txt"))
        try Data("{}\n".utf8).write(to: URL(filePath: home + "/records.jsonl"))
        #expect(try await project.slt("fetch", id).code == 0)
        #expect(text(home + "/notes.txt") == "mine")
        _ = try project.records(id, count: 1)
    }

    @Test("a link in the place of the run's folder is refused, and what it leads to stays")
    func link() async throws {
        let (project, id, home) = try await finished()
        try project.folder.write("mine", to: "precious/letter")
        try FileManager.default.removeItem(atPath: home)
        try FileManager.default.createSymbolicLink(atPath: home, withDestinationPath: project.folder.file("precious"))
        try await project.slt("fetch", id).expect(code: 2, "it is a link", "--to")
        #expect(below(project.folder.file("precious")) == [project.folder.file("precious/letter")])
        #expect(try await project.slt("fetch", id, "--to", "elsewhere").code == 0)
        // The folder that is named may be one: that is the user's choice.
        try FileManager.default.createSymbolicLink(atPath: project.source + "/chosen", withDestinationPath: project.folder.file("precious"))
        #expect(try await project.slt("fetch", id, "--to", "chosen").code == 0)
        #expect(project.exists(project.folder.file("precious/\(id)/records.jsonl")))
        #expect(text(project.folder.file("precious/letter")) == "mine")
    }

    @Test("--to a file, below a file, and onto a folder that no fetch made are refused with the reason")
    func places() async throws {
        let (project, id, _) = try await finished()
        try project.write("x", to: "file")
        try await project.slt("fetch", id, "--to", "file").expect(code: 2, "file is a file, not a folder", "--to")
        try await project.slt("fetch", id, "--to", "file/deep").expect(code: 2, "file is a file, not a folder")
        try project.write("mine", to: "out/\(id)/records.jsonl")
        try await project.slt("fetch", id, "--to", "out").expect(code: 2, "no fetch of this run made it")
        #expect(text("\(project.source)/out/\(id)/records.jsonl") == "mine")
    }

    @Test("a run that is resumed is fetched again, with what was left behind when it was fetched half done")
    func resumed() async throws {
        let project = try await Project(files: Gate.files(4), Gate.settings(), isLocal: true)
        #expect(try await project.slt("run", "--detach").code == 0)
        let id = try await project.status { $0.running == 2 }.id
        #expect(try await project.slt("fetch").code == 0)
        let home = "\(project.results)/\(id)"
        try Data("mine".utf8).write(to: URL(filePath: home + "/notes.txt"))
        #expect(project.exists(home + "/results"))
        #expect(!project.exists(home + "/records.jsonl"))
        #expect(try await project.slt("stop", "--now").code == 0)
        #expect(try await project.slt("fetch").code == 0)
        #expect(try project.records(id, count: 4).allSatisfy { $0.outcome == .untested })
        #expect(!project.exists(home + "/results"))
        try project.openGate()
        let end = try await project.slt("run", "--resume")
        #expect(end.code == 0, "\(end)")
        #expect(try project.records(id, count: 4).allSatisfy { $0.outcome == .pass })
        #expect(text(home + "/notes.txt") == "mine")
    }

    @Test("8 GB of nothing for records are an error, and take no memory")
    func sparse() async throws {
        let (project, id, _) = try await finished()
        let records = try project.runDirectory(id).path + "/records.jsonl"
        try #require(truncate(records, 64 << 20) == 0)
        let fetched = try await project.slt("fetch", id)
        #expect(fetched.code == 3, "\(fetched)")
        #expect(fetched.errors.contains("cannot read the records"), "\(fetched)")
        // The host's own look at its history passes over them.
        try #require(truncate(records, 8 << 30) == 0)
        #expect(try await project.slt("run", "--detach").code == 0)
    }
}
