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
        #expect(later.id == live.id && later.workers.map(\.pid) == live.workers.map(\.pid))
        try project.openGate()
        let attached = try await project.slt("attach")
        #expect(attached.code == 0 && attached.text.contains("all 6 files passed"), "\(attached)")
        _ = try project.records(live.id, count: 6)
    }

    @Test("every connection is killed: the run goes on and the client comes back by itself")
    func killedConnections() async throws {
        let project = try await Project(files: Gate.files(6), Gate.settings())
        let server = try #require(project.server)
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        _ = try await eventually { client.errors.contains("0/6 files") }
        for round in 1...2 {
            #expect(server.killConnections() > 0)
            let noticed = try await eventually { client.errors.components("connection lost: ") >= round }
            #expect(noticed, "\(client.errors)")
            let back = try await eventually { !server.connectionProcesses().isEmpty }
            #expect(back, "\(client.errors)")
            // Connected is not yet following; one more kill would only be part of the same loss.
            _ = try await eventually(within: .seconds(2)) { processes(naming: project.state).contains { project.isAgent($0) } }
        }
        #expect(client.errors.contains("the run goes on"))
        #expect(try await project.status()?.workers.map(\.pid) == live.workers.map(\.pid))
        try project.openGate()
        let end = try await client.finish()
        #expect(end.code == 0 && end.text.contains("all 6 files passed"), "\(end)")
        _ = try project.records(live.id, count: 6)
    }

    @Test("the connection is lost while a slow query runs, the run ends meanwhile, and the client finds it ended")
    func endsMeanwhile() async throws {
        let project = try await Project(
            files: ["tests/1.test": slowFile(1), "tests/2.test": slowFile(1), "tests/3.test": "query I\nSELECT 1\n----\n2\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\n")
        let server = try #require(project.server)
        let client = try project.start(["run"])
        _ = try await eventually { client.errors.contains("run 20") }
        let id = try #require(project.runs().first)
        // Nobody gets in while the run ends.
        server.stop()
        let ended = try await eventually { try project.runDirectory(id).summary() != nil }
        #expect(ended)
        try server.start()
        let end = try await client.finish()
        #expect(end.code == 1 && end.text.contains("tests/3.test:4: "), "\(end)")
        #expect(end.errors.contains("connection lost"), "\(end)")
        _ = try project.records(id, count: 3)
    }

    @Test("a connection lost during the sync is an error of the host that says so, and the next sync goes on")
    func duringSync() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"sleep 30\"\n")
        let client = try project.start(["run"])
        _ = try await eventually { client.errors.contains("preparing: ") }
        try #require(project.server).killConnections()
        let end = try await client.finish()
        end.expect(code: 3, "connection")
        #expect(project.runs().isEmpty)
        let sync = try await project.slt("sync")
        #expect(sync.code == 0, "\(sync)")
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
