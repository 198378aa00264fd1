import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("the host named local")
struct LocalHostTests {
    @Test("everything works without SSH: sync, prepare, run, results, and the same exit codes")
    func run() async throws {
        let project = try await Project("[suite]\nfiles = [\"tests/**/*.test\"]\n[prepare]\ncommand = \"echo building\"\n", isLocal: true)
        let planted = try await project.generate(files: 10, failures: 1)
        let run = try await project.slt("run", "--workers", "2")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("1 of 10 files failed"), "\(run)")
        #expect(run.text.contains(planted[0] + ": "), "\(run)")
        #expect(run.errors.contains("  building\n"), "\(run)")
        _ = try project.records(try #require(project.runs().first), count: 10)
        #expect(try await project.slt("status").code == 0)
        #expect(try await project.slt("logs").code == 0)
        #expect(try await project.slt("fetch", "--to", "out").code == 0)
        try await project.slt("run", "none/*.test").expect(code: 2, "none/*.test")
    }

    @Test("the run outlives the client that started it, killed or interrupted")
    func outlives() async throws {
        let project = try await Project(files: Gate.files(3), Gate.settings(), isLocal: true)
        let client = try project.start(["run"])
        let live = try await project.status { $0.running == 2 }
        client.signal(SIGKILL)
        _ = try await client.finish()
        let attached = try await project.startAgent(["attach"])
        attached.signal(SIGINT)
        try await attached.finish().expect(code: 130, "slt-remote attach --host local")
        #expect(try await project.status()?.workers.map(\.pid) == live.workers.map(\.pid))
        try project.openGate()
        let end = try await project.slt("attach")
        #expect(end.code == 0, "\(end)")
        _ = try project.records(live.id, count: 3)
    }

    @Test("a build that fails and a state folder that cannot be are the same errors as over SSH")
    func mistakes() async throws {
        let failing = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n[prepare]\ncommand = \"exit 2\"\n", isLocal: true)
        try await failing.slt("run").expect(code: 4, "exit code 2", "local")
        let readOnly = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", isLocal: true, state: "/proc/slt/state")
        try await readOnly.slt("run").expect(code: 3, "/proc/slt")
    }
}
