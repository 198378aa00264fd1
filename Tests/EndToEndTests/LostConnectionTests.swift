import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("when the laptop or its connection goes away")
struct LostConnectionTests {
    @Test("the client is killed half-way: the run goes on, and attach from a new process brings all of it home")
    func killedClient() async throws {
        let project = try await Project(files: Gate.files(6), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        client.signal(SIGKILL)
        #expect(try await client.finish().code == -SIGKILL)

        let later = try await project.status { $0.running == 2 }
        #expect(later.id == live.id)
        #expect(later.workers.map(\.pid) == live.workers.map(\.pid))
        try project.openGate()
        let attached = try await project.slt("attach")
        #expect(attached.code == 0, "\(attached)")
        #expect(attached.text.contains("all 6 files passed"), "\(attached)")
        _ = try project.records(live.id, count: 6)
    }

    @Test("every connection is killed: the run goes on and the client comes back by itself")
    func killedConnections() async throws {
        let project = try await Project(files: Gate.files(6), Gate.settings())
        let server = try #require(project.server)
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try await project.hasSaid(client, "run \(live.id) on ")
        for round in 1...2 {
            #expect(server.killConnections() > 0)
            let noticed = try await eventually { client.errors.components("connection lost: ") >= round }
            #expect(noticed, "\(client.errors)")
            let back = try await eventually { !server.connectionProcesses().isEmpty }
            #expect(back, "\(client.errors)")
            // Connected is not yet following; one more kill would only be part of the same loss.
            _ = try await eventually { processes(naming: project.state).contains { project.isAgent($0) } }
        }
        #expect(client.errors.contains("the run continues"))
        #expect(try await project.status()?.workers.map(\.pid) == live.workers.map(\.pid))
        try project.openGate()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 6 files passed"), "\(end)")
        _ = try project.records(live.id, count: 6)
    }

    @Test("the host cannot be reached while the run ends: the client comes back when it can, and has everything")
    func endsMeanwhile() async throws {
        let project = try await Project(files: Gate.files(3), Gate.settings())
        let server = try #require(project.server)
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try await project.hasSaid(client, "run \(live.id) on ")
        server.stop()
        try project.openGate()
        try await project.status { $0.phase == .finished }
        let noticed = try await eventually { client.errors.contains("connection lost: ") }
        #expect(noticed, "\(client.errors)")
        try server.start()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 3 files passed"), "\(end)")
        _ = try project.records(live.id, count: 3)
    }

    @Test("a connection lost during the build is an error of the host; the build is ended, nothing is run, and the next command works")
    func duringPrepare() async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "build.sh": "echo $$ > pid; echo begun; while [ ! -e never ]; do sleep 0.05; done\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"exec sh ./build.sh\"\n")
        let client = try project.start(["run"])
        let begun = try await eventually { client.errors.contains("  begun") }
        #expect(begun, "\(client.errors)")
        let pid = try #require(Int32(try String(contentsOfFile: project.workspace + "/pid", encoding: .utf8).split(separator: "\n").first ?? ""))
        try #require(project.server).killConnections()
        try await client.finish().expect(code: 3, "connection")
        let gone = try await eventually { kill(pid, 0) != 0 }
        #expect(gone, "the build goes on")
        #expect(project.runs().isEmpty)
        let sync = try await project.slt("sync")
        #expect(sync.code == 0, "\(sync)")
    }

    @Test("the client is killed during the build: the next one, started at once, gets the workspace")
    func killedDuringPrepare() async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "build.sh": "echo begun; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"sh ./build.sh\"\n")
        let client = try project.start(["run"])
        let begun = try await eventually { client.errors.contains("  begun") }
        #expect(begun, "\(client.errors)")
        client.signal(SIGKILL)
        _ = try await client.finish()
        try project.folder.write("", to: "host/go")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        #expect(project.runs().count == 1)
    }
}

extension String {
    /// How often `text` is in it.
    func components(_ text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: text) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
