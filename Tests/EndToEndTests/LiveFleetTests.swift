import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("a live fleet, over SSH")
struct LiveFleetTests {
    /// Starts a run whose files wait, and leaves it.
    private func begin(_ project: Project, running: Int) async throws -> RunStatus {
        let left = try await project.slt("run", "--detach")
        try #require(left.code == 0, "\(left)")
        return try await project.status { $0.running == running }
    }

    @Test("workers N makes it larger and smaller, and no file is disturbed")
    func resize() async throws {
        let project = try await Project(files: Gate.files(8), Gate.settings())
        let live = try await begin(project, running: 2)
        let larger = try await project.slt("workers", "5")
        #expect(larger.code == 0, "\(larger)")
        #expect(larger.errors.contains("5 workers wanted"), "\(larger)")
        try await project.status { $0.running == 5 }
        let smaller = try project.decode(RunStatus.self, try await project.slt("workers", "1", "--json"))
        // Those who are in the middle of a file finish it.
        #expect(smaller.workersWanted == 1)
        #expect(smaller.running == 5)
        try project.openGate()
        let end = try await project.slt("attach")
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 8 files passed"), "\(end)")
        #expect(try project.records(live.id, count: 8).allSatisfy { $0.attempt == 1 })
        try await project.slt("workers", "3", live.id).expect(code: 2, live.id, "not running")
        try await project.slt("workers", "0").expect(code: 2, "workers")
    }

    @Test("pause holds claims and not files, status says so, and pause --off lets claims go on")
    func pause() async throws {
        let project = try await Project(files: Gate.files(5), Gate.settings())
        let live = try await begin(project, running: 2)
        let paused = try await project.slt("pause")
        #expect(paused.code == 0, "\(paused)")
        #expect(paused.errors.contains(live.id), "\(paused)")
        try project.openGate()
        // Both files in flight end; a third is not begun.
        let held = try await project.status { $0.done == 2 && $0.running == 0 }
        #expect(held.queued == 3)
        #expect(held.paused == .asked)
        #expect(try await project.slt("status").text.contains("the run is paused; resume it with: slt-remote pause --host box --off"))
        #expect(try await project.slt("pause", "--off").code == 0)
        #expect(try await project.slt("attach").code == 0)
        _ = try project.records(live.id, count: 5)
    }

    /// A program that starts another one in a session of its own, and both take no notice of SIGTERM.
    private static let stubborn = ["tests/1.test": "1", "tests/2.test": "2", "tests/3.test": "3",
                                   "wait.sh": "trap '' TERM HUP INT; setsid sh \"$2/stay.sh\" & while [ ! -e \"$2/open\" ]; do sleep 0.02; done\n",
                                   "stay.sh": "trap '' TERM HUP INT; while :; do sleep 0.05; done\n"]
    private static let settings = """
        [suite]
        files = ["tests/*.test"]
        [engine]
        kind = "command"
        command = ["/bin/sh", "{workspace}/wait.sh", "{file}", "{workspace}"]
        [run]
        workers = 2
        """

    /// What still runs of a project's files.
    private func programs(_ project: Project) -> [Int32] { processes(naming: project.workspace).filter { commandLine($0).first?.hasSuffix("sh") == true } }

    @Test("stop and stop --now leave no process, not even one that hides", arguments: [false, true])
    func stop(_ now: Bool) async throws {
        let project = try await Project(files: LiveFleetTests.stubborn, LiveFleetTests.settings)
        let live = try await begin(project, running: 2)
        let hiding = try await eventually { programs(project).count == 4 }
        #expect(hiding, "\(programs(project).map { commandLine($0) })")
        let stopped = now ? try await project.slt("stop", "--now") : try await project.slt("stop")
        #expect(stopped.code == 0, "\(stopped)")
        #expect(stopped.errors.contains("run \(live.id) has ended: 0 of 3 files have a result"), "\(stopped)")
        let gone = try await eventually { programs(project).isEmpty && processes(naming: project.state + "/runs").isEmpty }
        #expect(gone, "\(programs(project).map { commandLine($0) })")
        #expect(try await project.slt("doctor").output.isEmpty)
        let again = try await project.slt("stop")
        #expect(again.code == 0, "\(again)")
        #expect(again.errors.contains("was not running"), "\(again)")
    }

    @Test("doctor names what a killed fleet left running, ends it when asked, and says how the run goes on")
    func doctor() async throws {
        let project = try await Project(files: LiveFleetTests.stubborn, LiveFleetTests.settings)
        let live = try await begin(project, running: 2)
        #expect(try await eventually { programs(project).count == 4 })
        let first = try await project.slt("doctor")
        #expect(first.output.isEmpty, "a live fleet is nothing to mend")
        #expect(first.errors.contains("the memory limit of workers on box is kept by "), "\(first)")
        let directory = try project.runDirectory(live.id).path
        // The supervisor first, and stopped: neither it nor a worker can end what they have started.
        let fleet = processes(naming: directory).sorted { left, _ in commandLine(left).contains("supervise") }
        for pid in fleet { kill(pid, SIGSTOP) }
        // One of them may have been about to become another program, and be gone.
        for pid in fleet where commandLine(pid).contains(directory) { kill(pid, SIGKILL) }
        #expect(try await eventually { try !project.runDirectory(live.id).isSupervised() })

        let found = try await project.slt("doctor")
        #expect(found.code == 0, "\(found)")
        #expect(found.text.contains("of run \(live.id)"), "\(found)")
        #expect(found.text.contains("stay.sh"), "\(found)")
        #expect(found.text.contains("slt-remote run --host box --resume \(live.id)"), "\(found)")
        #expect(found.errors.contains("--end-orphans"), "\(found)")
        #expect(!programs(project).isEmpty)
        let ended = try await project.slt("doctor", "--end-orphans")
        #expect(ended.code == 0, "\(ended)")
        #expect(ended.errors.contains(" ended"), "\(ended)")
        #expect(try await eventually { programs(project).isEmpty })

        try project.openGate()
        let resumed = try await project.slt("run", "--resume", live.id)
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.text.contains("all 3 files passed"), "\(resumed)")
    }

    @Test("two users on one host do not meet")
    func twoUsers() async throws {
        let one = try await Project(files: Gate.files(4), Gate.settings())
        let other = try await Project(files: Gate.files(4), Gate.settings())
        let first = try await begin(one, running: 2), second = try await begin(other, running: 2)
        #expect(Set(first.workers.map(\.pid)).isDisjoint(with: second.workers.map(\.pid)))
        let seen = try await [one.status()?.id, other.status()?.id]
        #expect(seen == [first.id, second.id])
        #expect(try await one.slt("stop", "--now").code == 0)
        #expect(try await one.slt("doctor", "--end-orphans").output.isEmpty)
        #expect(try await other.status()?.workers.map(\.pid) == second.workers.map(\.pid))
        try other.openGate()
        let end = try await other.slt("attach")
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 4 files passed"), "\(end)")
    }
}
