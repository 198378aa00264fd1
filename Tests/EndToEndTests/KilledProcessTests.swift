import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("when processes of the run are killed")
struct KilledProcessTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\n[run]\nworkers = 2\n"

    @Test("a worker is killed with SIGKILL: it is replaced, its file is tried again, and each file has one record")
    func worker() async throws {
        let project = try await Project(files: Gate.files(3), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.workers.contains { $0.file == "tests/1.test" && $0.state == .running } }
        let victim = try #require(live.workers.first { $0.file == "tests/1.test" })
        try project.kill(victim.pid, of: live.id)
        try project.openGate()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 3 files passed"), "\(end)")
        #expect(end.text.contains("1 replaced"), "\(end)")
        #expect(end.errors.contains("note: "), "\(end)")
        let records = try project.records(live.id, count: 3)
        #expect(records.first { $0.file == "tests/1.test" }?.attempt == 2)
        #expect(records.allSatisfy { $0.outcome == .pass })
    }

    @Test("a file that takes its worker with it twice is recorded as crashed, and the others are run")
    func crashingFile() async throws {
        let project = try await Project(
            files: ["tests/1.test": slowFile(60), "tests/2.test": slowFile(0.1), "tests/3.test": passingFile], KilledProcessTests.settings)
        let client = try project.start(["run"])
        var killed: Set<Int32> = []
        for _ in 0..<2 {
            let live = try await project.status { $0.workers.contains { $0.file == "tests/1.test" && !killed.contains($0.pid) && $0.state == .running } }
            let victim = try #require(live.workers.first { $0.file == "tests/1.test" })
            killed.insert(victim.pid)
            try project.kill(victim.pid, of: live.id)
        }
        let end = try await client.finish()
        #expect(end.code == 1, "\(end)")
        #expect(end.text.contains("tests/1.test:"), "\(end)")
        #expect(end.text.contains(": crashed: "), "\(end)")
        let records = try project.records(try #require(project.runs().first), count: 3)
        #expect(records.filter { $0.outcome == .crashed }.map(\.file) == ["tests/1.test"])
        #expect(records.filter { $0.outcome == .pass }.count == 2)
    }

    @Test("the supervisor is killed with SIGKILL: the client says how to go on, and run --resume finishes the run")
    func supervisor() async throws {
        let project = try await Project(files: Gate.files(6), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        let directory = try project.runDirectory(live.id)
        let supervisor = try #require(processes(naming: directory.path).first { commandLine($0).contains("supervise") })
        try project.kill(supervisor, of: live.id)

        let end = try await client.finish()
        #expect(end.code == 5, "\(end)")
        #expect(end.errors.contains("run --host box --resume \(live.id)"), "\(end)")
        #expect(try await project.status()?.phase == .interrupted)
        // Nothing more will come of it by itself.
        let watch = try await project.slt("status", "--watch", "--json")
        #expect(watch.code == 0, "\(watch)")
        #expect(try project.decode(HostReport.self, watch).run?.phase == .interrupted)
        let gone = try await eventually { processes(naming: directory.path).isEmpty }
        #expect(gone, "workers outlive their supervisor")

        try project.openGate()
        let resumed = try await project.slt("run", "--resume", live.id)
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.text.contains("all 6 files passed"), "\(resumed)")
        _ = try project.records(live.id, count: 6)
    }

    @Test("the agent is killed: the client starts another one and follows on")
    func agent() async throws {
        let project = try await Project(files: Gate.files(3), Gate.settings())
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        let agent = try #require(processes(naming: project.state).first { project.isAgent($0) })
        kill(agent, SIGKILL)
        let noticed = try await eventually { client.errors.contains("connection lost") }
        #expect(noticed, "\(client.errors)")
        try project.openGate()
        let end = try await client.finish()
        #expect(end.code == 0, "\(end)")
        _ = try project.records(live.id, count: 3)
    }

    @Test("a file that takes too long is ended and recorded as a time-out")
    func timeout() async throws {
        let project = try await Project(
            files: ["tests/slow.test": slowFile(60), "tests/quick.test": passingFile], KilledProcessTests.settings + "file-timeout = \"5s\"\n")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("tests/slow.test:1: timed out"), "\(run)")
        let records = try project.records(try #require(project.runs().first), count: 2)
        #expect(records.first { $0.file == "tests/slow.test" }?.outcome == .timeout)
        #expect(records.first { $0.file == "tests/quick.test" }?.outcome == .pass)
    }

    @Test("the time of the run is over: what was not tested is said, exit code 5")
    func budget() async throws {
        let project = try await Project(files: Gate.files(3), Gate.settings())
        let run = try await project.slt("run", "--time", "1")
        #expect(run.code == 5, "\(run)")
        #expect(run.text.contains("3 untested"), "\(run)")
        _ = try project.records(try #require(project.runs().first), count: 3)
    }
}

extension Project {
    func isAgent(_ pid: Int32) -> Bool { commandLine(pid).dropFirst().first == "agent" }

    /// Kills a process of the run `id`, and no other.
    func kill(_ pid: Int32, of id: String) throws {
        let directory = try runDirectory(id).path
        try #require(commandLine(pid).contains(directory), "\(commandLine(pid))")
        Glibc.kill(pid, SIGKILL)
    }
}
