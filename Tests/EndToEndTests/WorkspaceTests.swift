import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("whose a workspace is")
struct WorkspaceTests {
    /// A project on this machine, and another tree `other/NAME` with a configuration that names the same workspace.
    private func twoTrees(_ name: String = "src") async throws -> (project: Project, other: String) {
        let project = try await Project(files: ["a.txt": "a", "b.txt": "b"], isLocal: true)
        try project.folder.write("mine", to: "home/other/\(name)/mine.txt")
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.folder.write(configuration, to: "home/other/\(name)/slt-remote.toml")
        return (project, project.folder.file("home/other/\(name)"))
    }

    private func sync(_ project: Project, in folder: String, _ arguments: String...) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.client, "sync"] + arguments, environment: project.environment, in: folder)
    }

    private func shell(_ project: Project, _ script: String) async throws {
        let identity = ["GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t"]
        let done = try await RunningProgram.run(["/bin/sh", "-ec", script], environment: project.environment.merging(identity) { $1 }, in: project.home)
        try #require(done.code == 0, "\(done)")
    }

    @Test("a second tree of the same name is refused by both names, and nothing of the first is touched, until it takes the workspace over")
    func secondTree() async throws {
        let (project, other) = try await twoTrees()
        #expect(try await project.slt("sync").code == 0)
        for arguments in [["sync"], ["sync", "--dry-run"], ["sync", "--force"], ["run", "--no-sync", "x.test"]] {
            let refused = try await RunningProgram.run([Programs.client] + arguments, environment: project.environment, in: other)
            refused.expect(code: 2, project.source, other, "--take-over", "'workspace'")
        }
        #expect(below(project.workspace).count == 3)
        let taken = try await sync(project, in: other, "--take-over")
        #expect(taken.code == 0, "\(taken)")
        #expect(project.exists(project.workspace + "/mine.txt"), "\(taken)")
        #expect(!project.exists(project.workspace + "/a.txt"), "\(taken)")
        #expect(try await sync(project, in: other).code == 0)
        try await project.slt("sync").expect(code: 2, project.source, other)
    }

    @Test("a tree that was moved goes on without asking; a copy of it is another tree")
    func moved() async throws {
        let (project, _) = try await twoTrees()
        #expect(try await project.slt("sync").code == 0)
        try await shell(project, "mv src moved && cp -a moved copy")
        try await sync(project, in: project.folder.file("home/copy")).expect(code: 2, project.folder.file("home/copy"), project.source)
        let gone = try await sync(project, in: project.folder.file("home/moved"), "--json")
        #expect(gone.code == 0, "\(gone)")
        #expect(gone.text.contains("\"bytesLiteral\":0"), "\(gone)")
        try await sync(project, in: project.folder.file("home/copy")).expect(code: 2, project.folder.file("home/moved"))
    }

    @Test("another clone of a repository is another tree as long as the first is there, and goes on when it is gone")
    func clone() async throws {
        let (project, _) = try await twoTrees()
        try await shell(project, "cd src && git init -q . && git add -f . && git commit -qm one && cd .. && git clone -q src clone")
        #expect(try await project.slt("sync").code == 0)
        let clone = project.folder.file("home/clone")
        try await sync(project, in: clone).expect(code: 2, clone, project.source)
        try await shell(project, "rm -rf src")
        let after = try await sync(project, in: clone)
        #expect(after.code == 0, "\(after)")
    }

    @Test("a folder that no sync has made is refused when something is in it, a git repository by name, and taken when it is empty")
    func foreign() async throws {
        let project = try await Project(files: ["a.txt": "a"], isLocal: true)
        try await shell(project, "mkdir work && echo precious > work/notes")
        try await project.slt("sync").expect(code: 2, project.workspace, "not empty", "--take-over")
        try await shell(project, "rm work/notes && git init -q work")
        try await project.slt("sync", "--force").expect(code: 2, "git repository")
        try await shell(project, "rm -rf work && mkdir work")
        #expect(try await project.slt("sync").code == 0)
        // What was deleted and made anew is not what was synced.
        try await shell(project, "rm -rf work && mkdir work && echo precious > work/notes")
        try await project.slt("sync").expect(code: 2, "not empty")
        #expect(try String(contentsOfFile: project.workspace + "/notes", encoding: .utf8) == "precious\n")
        #expect(try await project.slt("sync", "--take-over").code == 0)
        #expect(below(project.workspace).count == 2)
    }

    @Test("a run without a sync uses a folder that its user has filled, and makes it nobody's: a sync asks, as before", arguments: ["cp", "cp -p"])
    func filled(copy: String) async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], isLocal: true)
        try await shell(project, "mkdir -p work/tests && \(copy) src/tests/a.test work/tests/ && echo precious > work/notes")
        let run = try await project.slt("run", "--no-sync", "tests/a.test")
        #expect(run.code == 0, "\(run)")
        try await project.slt("sync").expect(code: 2, "no sync has made it", "--take-over")
        #expect(try String(contentsOfFile: project.workspace + "/notes", encoding: .utf8) == "precious\n")
    }

    @Test("a workspace of an older release, which left no mark, goes on with the tree it is plainly of, and with no other")
    func formerRelease() async throws {
        let (project, other) = try await twoTrees()
        #expect(try await project.slt("sync").code == 0)
        func forget() async throws {
            // A copy without its attributes.
            try await shell(project, "cp -dR --preserve=mode,timestamps work copy && rm -rf work && mv copy work")
            try? FileManager.default.removeItem(atPath: project.state + "/workspaces")
            let name = project.workspace.utf8.map { byte in
                let character = Character(UnicodeScalar(byte))
                return character.isLetter || character.isNumber ? String(character) : "_" + String(byte, radix: 16)
            }.joined()
            try FileManager.default.createDirectory(atPath: project.state + "/locks", withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: project.state + "/locks/" + name))
        }
        try await forget()
        try await sync(project, in: other).expect(code: 2, "older release", other)
        try project.write("changed", to: "b.txt")
        let same = try await project.slt("sync", "--json")
        #expect(same.code == 0, "\(same)")
        #expect(same.text.contains("\"bytesLiteral\":7,"), "\(same)")
        try await sync(project, in: other).expect(code: 2, project.source, other)
    }

    @Test("the root, home folders and what holds them, the source, its parents and what is in it are no workspaces, whatever is said",
          arguments: ["/", "~/src", "~/src/sub/work", "HOME", "PARENT", "LINK"])
    func never(workspace: String) async throws {
        let project = try await Project(files: ["a.txt": "a", "sub/b.txt": "b"], isLocal: true)
        try FileManager.default.createSymbolicLink(atPath: project.home + "/link", withDestinationPath: project.home)
        let place = ["HOME": project.home, "PARENT": project.folder.path, "LINK": project.home + "/link/src/sub"][workspace] ?? workspace
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(configuration.replacing("workspace = \"~/work\"", with: "workspace = \"\(place)\""), to: "slt-remote.toml")
        for arguments in [["sync", "--take-over", "--force"], ["sync", "--dry-run"]] {
            let refused = try await project.start(arguments).finish()
            #expect(refused.code == 2, "\(refused)")
            #expect(refused.errors.contains("workspace"), "\(refused)")
        }
        #expect(project.exists(project.source + "/a.txt"))
        #expect(project.exists(project.source + "/sub/b.txt"))
    }

    @Test("a run is seen under another state folder and another spelling of its workspace; a build too, with who has it and since when")
    func oneLock() async throws {
        let settings = Gate.settings() + "\n[prepare]\ncommand = \"echo building; while [ ! -e ../built ]; do sleep 0.05; done\"\n"
        let project = try await Project(files: Gate.files(2), settings, isLocal: true)
        try FileManager.default.createSymbolicLink(atPath: project.home + "/link", withDestinationPath: "work")
        let configuration = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(configuration.replacing(project.state, with: project.home + "/state2").replacing("\"~/work\"", with: "\"~/./link\""), to: "two.toml")
        let client = try project.start(["run", "--detach"])
        try await project.hasSaid(client, "  building")
        try await project.slt("sync", "--config", "two.toml").expect(code: 3, "tester@", "since 20", "build", "process ")
        try Data().write(to: URL(filePath: project.home + "/built"))
        #expect(try await client.finish().code == 0)
        let id = try #require(project.runs().first)
        try await project.slt("sync", "--config", "two.toml").expect(code: 2, id, project.state, "wait until it has ended")
        try await project.slt("sync").expect(code: 2, id, "slt-remote attach --host local \(id)")
        try await project.slt("sync", "--config", "slt-remote.toml").expect(code: 2, "slt-remote stop --host local --config slt-remote.toml \(id)")
        try project.openGate()
        #expect(try await project.slt("attach").code == 0)
        let free = try await project.slt("sync", "--config", "two.toml")
        #expect(free.code == 0, "\(free)")
    }
}

@Suite("a client that falls silent")
struct SilentClientTests {
    @Test("loses the workspace to one that wants it, long before its agent gives it up; until then that one is told who has it", arguments: [true, false])
    func silent(isLocal: Bool) async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "build.sh": "echo $$ > pid; echo begun; while :; do sleep 0.1; done\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"exec sh ./build.sh\"\n", isLocal: isLocal)
        let client = try project.start(["run"])
        try await project.hasSaid(client, "  begun")
        let pid = try #require(Int32(try String(contentsOfFile: project.workspace + "/pid", encoding: .utf8).split(separator: "\n").first ?? ""))
        try await project.slt("sync").expect(code: 3, "tester@", "build")
        #expect(kill(pid, 0) == 0)
        #expect(!client.hasEnded)
        client.signal(SIGSTOP)
        // Its agent would give it up after 120 s.
        let taken = try await eventually(within: .seconds(110)) { try await project.slt("sync").code == 0 }
        #expect(taken)
        #expect(kill(pid, 0) != 0)
        client.signal(SIGCONT)
        let end = try await client.finish()
        #expect(end.code == 3, "\(end)")
    }
}
