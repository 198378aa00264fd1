import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A second project on the host of a first one, with a workspace of its own.
private struct OtherProject {
    let first: Project
    var source: String { first.folder.file("home/other") }

    init(_ first: Project, workspace: String? = nil) throws {
        self.first = first
        try first.folder.write("", to: "home/other/tests/.keep")
        try first.folder.write("""
            host = "local"
            [hosts.local]
            workspace = "\(workspace ?? "~/other-work")"
            state = "\(first.state)"
            [suite]
            files = ["tests/*.test"]
            """, to: "home/other/slt-remote.toml")
    }

    func slt(_ arguments: String..., environment: [String: String] = [:]) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.client] + arguments, environment: first.environment.merging(environment) { $1 }, in: source)
    }
}

@Suite("several projects on one host")
struct ProjectsOfAHostTests {
    private func live() async throws -> (Project, OtherProject, id: String) {
        let project = try await Project(files: Gate.files(4), Gate.settings(), isLocal: true)
        #expect(try await project.slt("run", "--detach").code == 0)
        let id = try await project.status { $0.running == 2 }.id
        return (project, try OtherProject(project), id)
    }

    @Test("no verb without a name acts on another project's run; each says which there is and how to act on it")
    func others() async throws {
        let (project, other, id) = try await live()
        for verb in [["stop"], ["pause"], ["workers", "3"], ["attach"], ["fetch"], ["logs"], ["run", "--resume"]] {
            let refused = try await other.slt(verb[0], verb.dropFirst().first ?? "--verbose")
            #expect(refused.code == 2, "\(verb) \(refused)")
            #expect(refused.output.isEmpty, "\(verb) \(refused)")
            #expect(refused.errors.contains(id), "\(verb) \(refused)")
            #expect(refused.errors.contains("project src, tester@"), "\(verb) \(refused)")
            #expect(refused.errors.contains("--all"), "\(verb) \(refused)")
        }
        let status = try await other.slt("status")
        #expect(status.code == 0, "\(status)")
        #expect(status.text.contains("no run on local"), "\(status)")
        #expect(status.errors.contains("slt-remote status --host local \(id)"), "\(status)")
        let json = try JSONDecoder().decode(HostReport.self, from: Data(try await other.slt("status", "--json").output))
        #expect(json.run == nil)
        #expect(json.elsewhere?.map(\.id) == [id])
        #expect(json.elsewhere?.first?.isLive == true)
        let now = try #require(try await project.status())
        #expect(now.phase == .running)
        #expect(now.workersWanted == 2)
        #expect(now.paused == nil)
        #expect(!now.stopRequested)
    }

    @Test("with a run of its own a project's verbs act on that one, though another project's is live")
    func own() async throws {
        let (project, other, id) = try await live()
        try project.folder.write(passingFile, to: "home/other/tests/a.test")
        #expect(try await other.slt("run").code == 0)
        let mine = try #require(project.runs().last)
        #expect(mine != id)
        let stopped = try await other.slt("stop")
        #expect(stopped.code == 0, "\(stopped)")
        #expect(stopped.errors.contains("run \(mine) was not running"), "\(stopped)")
        #expect(stopped.errors.contains("slt-remote stop --host local \(id)"), "\(stopped)")
        let status = try await other.slt("status")
        #expect(status.text.contains(mine), "\(status)")
        #expect(!status.text.contains(id), "\(status)")
        #expect(status.errors.contains(id), "\(status)")
        #expect(try await other.slt("fetch").text.contains(mine))
        #expect(try project.runDirectory(id).status().phase == .running)
        // Nor does this one's latest hide its own from the first project.
        #expect(try await project.status()?.id == id)
    }

    @Test("a name, and --all, reach the runs of others")
    func reached() async throws {
        let (project, other, id) = try await live()
        #expect(try await other.slt("status", "--all").text.contains(id))
        #expect(try await other.slt("pause", id).code == 0)
        #expect(try project.runDirectory(id).status().paused == .asked)
        #expect(try await other.slt("pause", "--off", "--all").code == 0)
        #expect(try await other.slt("workers", "3", "--all").code == 0)
        let resized = try project.runDirectory(id).status()
        #expect(resized.paused == nil)
        #expect(resized.workersWanted == 3)
        #expect(try await other.slt("logs", "--all").code == 0)
        let stopped = try await other.slt("stop", "--all", "--now")
        #expect(stopped.code == 0, "\(stopped)")
        #expect(stopped.errors.contains("run \(id) has ended"), "\(stopped)")
        try await other.slt("stop", "--all").expect(code: 2, "that has not ended")
    }

    @Test("one folder under another spelling is the same workspace")
    func spelling() async throws {
        let (project, _, id) = try await live()
        try FileManager.default.createSymbolicLink(atPath: project.home + "/linked", withDestinationPath: project.workspace)
        for workspace in ["~/linked", project.home + "/./work"] {
            let status = try await OtherProject(project, workspace: workspace).slt("status", "--json")
            #expect(try JSONDecoder().decode(HostReport.self, from: Data(status.output)).run?.id == id, "\(status)")
        }
    }

    @Test("runs lists those of all projects, with project, branch, commit and whose")
    func runs() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let git = "git init -q -b topic . && git add -A && git -c user.name=t -c user.email=t@t commit -qm first && git rev-parse HEAD"
        let commit = try await RunningProgram.run(["/bin/sh", "-c", git], environment: project.environment, in: project.source).text.trimmingNewline
        #expect(try await project.slt("run").code == 0)
        let other = try OtherProject(project)
        try project.folder.write(passingFile, to: "home/other/tests/a.test")
        #expect(try await other.slt("run", environment: ["USER": "", "LOGNAME": "somebody"]).code == 0)
        let lines = try await other.slt("runs", "--json").text.split(separator: "\n").map { try JSONDecoder().decode(RunStatus.self, from: Data($0.utf8)) }
        #expect(lines.map(\.project) == ["other", "src"])
        #expect(lines.map(\.source?.branch) == [nil, "topic"])
        #expect(lines[1].source?.commit == commit)
        #expect(lines[1].startedBy?.hasPrefix("tester@") == true)
        #expect(lines[0].startedBy?.hasPrefix("somebody@") == true)
        let table = try await project.slt("runs").text
        #expect(table.contains("project"), "\(table)")
        #expect(table.contains("other"), "\(table)")
        #expect(table.contains("src"), "\(table)")
    }

    @Test("whoever has no name in the environment has one in the password file")
    func nameless() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n", isLocal: true)
        let name = try await RunningProgram.run(["/usr/bin/id", "-un"], environment: project.environment)
        try #require(name.code == 0)
        #expect(try await project.slt("run", environment: ["USER": "", "LOGNAME": ""]).code == 0)
        let run = try #require(project.runs().first)
        #expect(try project.runDirectory(run).spec.startedBy.hasPrefix(name.text.trimmingNewline + "@"))
    }
}

extension String {
    fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
