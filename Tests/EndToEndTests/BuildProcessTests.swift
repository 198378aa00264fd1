import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("what a build starts")
struct BuildProcessTests {
    /// Starts processes of each kind that is hard to find, which write their pids to `pids`.
    private static let script = """
        note() { echo $1 >> pids; }
        setsid sh -c 'echo $$ >> pids; exec sleep 3001.5' &
        (setsid env -i sh -c 'echo $$ >> pids; trap "" TERM HUP; while :; do sleep 0.2; done' </dev/null >/dev/null 2>&1 &) &
        (trap "" TERM INT; sleep 3001.5 & note $!; wait) &
        setsid sh -c 'echo $$ >> pids; kill -STOP $$' &
        while [ "$(wc -l < pids 2>/dev/null || echo 0)" -lt 4 ]; do sleep 0.05; done
        echo begun

        """

    private func project(_ rest: String, timeout: String = "3000s", isLocal: Bool = false) async throws -> Project {
        try await Project(files: ["tests/a.test": passingFile, "build.sh": BuildProcessTests.script + rest + "\n"],
                          "[suite]\nfiles = [\"tests/*.test\"]\n[prepare]\ntimeout = \"\(timeout)\"\ncommand = \"sh ./build.sh\"\n", isLocal: isLocal)
    }

    private func pids(_ project: Project) throws -> [Int32] {
        let pids = try String(contentsOfFile: project.workspace + "/pids", encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
        try #require(pids.count == 4)
        return pids
    }

    private func lives(_ pid: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !text.contains(") Z ")
    }

    private func areGone(_ pids: [Int32]) async throws -> Bool {
        let gone = try await eventually { !pids.contains { lives($0) } }
        for pid in pids where lives(pid) { kill(pid, SIGKILL) }
        return gone
    }

    @Test("ends with the client, however that ends: daemons, what ignores SIGTERM, and what is stopped", arguments: [SIGKILL, SIGINT, SIGTERM], [true, false])
    func clientEnds(signal: Int32, isLocal: Bool) async throws {
        let project = try await project("while :; do sleep 0.2; done", isLocal: isLocal)
        let client = try project.start(["run"])
        try await project.hasSaid(client, "  begun")
        let started = try pids(project)
        client.signal(signal)
        _ = try await client.finish()
        #expect(try await areGone(started))
        #expect(try await project.slt("sync").code == 0)
    }

    @Test("ends with an agent that is killed")
    func agentEnds() async throws {
        let project = try await project("while :; do sleep 0.2; done")
        let client = try project.start(["run"])
        try await project.hasSaid(client, "  begun")
        let started = try pids(project)
        for pid in processes(naming: project.state) where project.isAgent(pid) { kill(pid, SIGKILL) }
        #expect(try await client.finish().code == 3)
        #expect(try await areGone(started))
    }

    @Test("ends when the build takes too long, and when it fails")
    func buildEnds() async throws {
        // On a busy machine the time may be over before the build has begun.
        var started: [Int32]?
        for seconds in [2, 20, 200] where started == nil {
            let slow = try await project("while :; do sleep 0.2; done", timeout: "\(seconds)s")
            let run = try await slow.slt("run")
            run.expect(code: 4, "longer than \(seconds)")
            if run.errors.contains("  begun") { started = try pids(slow) }
        }
        #expect(try await areGone(try #require(started)))
        let failing = try await project("exit 3")
        try await failing.slt("run").expect(code: 4, "exit code 3")
        #expect(try await areGone(pids(failing)))
    }

    @Test("stays when the build succeeds: a server for the tests")
    func server() async throws {
        let project = try await project("exit 0")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        let started = try pids(project)
        let stay = started.allSatisfy { lives($0) }
        for pid in started { kill(pid, SIGKILL) }
        #expect(stay)
    }
}
