import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("Ctrl-C")
struct InterruptionTests {
    @Test("Ctrl-C leaves the run alone: exit code 130, and words that say how to come back")
    func once() async throws {
        let project = try await Project(files: Gate.files(4), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try await project.hasSaid(client, "run \(live.id) on ")
        client.signal(SIGINT)
        let end = try await client.finish()
        end.expect(code: 130, "detached; run \(live.id) continues. Follow it with: slt-remote attach --host box \(live.id)")
        #expect(try await project.status()?.phase == .running)

        // The same while attached.
        let attached = try await project.startAgent(["attach", live.id])
        attached.signal(SIGINT)
        try await attached.finish().expect(code: 130, "slt-remote attach --host box \(live.id)")
        try project.openGate()
        #expect(try await project.slt("attach").code == 0)
    }

    @Test("Ctrl-C twice within two seconds ends the client at once, also when the connection hangs")
    func twice() async throws {
        let project = try await Project(files: Gate.files(4), Gate.settings())
        let server = try #require(project.server)
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try await project.hasSaid(client, "run \(live.id) on ")
        server.freezeConnections()
        defer { server.freezeConnections(false) }
        // Again and again: a busy machine may take more than two seconds between two of them.
        #expect(try await eventually(every: .milliseconds(300)) {
            client.signal(SIGINT)
            return client.hasEnded
        })
        let end = try await client.finish()
        end.expect(code: 130, "slt-remote attach --host box \(live.id)")
        server.freezeConnections(false)
        #expect(try await project.status()?.phase == .running)
    }

    @Test("Ctrl-C during the build ends it on the host, with all that it started, and nothing is run")
    func duringPrepare() async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "build.sh": "sleep 3000.5 & echo $! > pids; echo $$ >> pids; echo begun; wait\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ncommand = \"sh ./build.sh\"\n")
        let client = try project.start(["run"])
        let begun = try await eventually { client.errors.contains("  begun") }
        #expect(begun, "\(client.errors)")
        let pids = try String(contentsOfFile: project.workspace + "/pids", encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
        #expect(pids.count == 2)
        #expect(pids.allSatisfy { kill($0, 0) == 0 })
        client.signal(SIGINT)
        try await client.finish().expect(code: 130)
        let gone = try await eventually { pids.allSatisfy { !isRunning($0) } }
        #expect(gone, "the build goes on")
        #expect(project.runs().isEmpty)
    }

    @Test("SIGTERM is taken like Ctrl-C, and status --watch ends with it")
    func terminate() async throws {
        let project = try await Project(files: Gate.files(2), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        try await project.hasSaid(client, "run \(live.id) on ")
        client.signal(SIGTERM)
        try await client.finish().expect(code: 130, live.id)

        let watch = try project.start(["status", "--watch", "--json"])
        let lines = try await eventually { watch.output.components("\n") >= 2 }
        #expect(lines, "\(watch.errors)")
        watch.signal(SIGTERM)
        let end = try await watch.finish()
        #expect(end.code == 0, "\(end)")
    }

    private func isRunning(_ pid: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !text.contains(") Z ")
    }
}
