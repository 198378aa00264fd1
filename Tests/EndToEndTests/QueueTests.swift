import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Runs that wait for the workspace that another one uses.
@Suite("the queue for a workspace")
struct QueueTests {
    /// A project whose run waits until its gate is opened, and that run.
    private func busy(_ files: Int = 2) async throws -> (project: Project, run: String) {
        let project = try await Project(files: Gate.files(files), Gate.settings(workers: 1))
        let first = try await project.slt("run", "--detach")
        try #require(first.code == 0, "\(first)")
        return (project, try #require(project.runs().last))
    }

    @Test("three clients wait in the order in which they came; one that is killed meanwhile loses its place and blocks nobody")
    func order() async throws {
        let (project, run) = try await busy()
        var clients: [RunningProgram] = []
        for number in 1...3 {
            let client = try project.start(["run", "--wait", "--no-sync", "tests/\(number % 2).test"])
            try await project.hasSaid(client, "waiting: \(number) run")
            #expect(client.errors.contains("before this one; \(run) of tester@"), "\(client.errors)")
            clients.append(client)
        }
        // It is killed, and cannot say so.
        clients[1].signal(SIGKILL)
        _ = try await clients[1].finish()
        try await project.hasSaid(clients[2], "waiting: 2 runs before this one")
        #expect(project.runs() == [run])
        try project.openGate()
        let first = try await clients[0].finish(), third = try await clients[2].finish()
        #expect(first.code == 0, "\(first)")
        #expect(third.code == 0, "\(third)")
        #expect(third.errors.contains("the workspace is free"), "\(third)")
        let runs = project.runs()
        #expect(runs.count == 3)
        #expect(runs.first == run)
        // One after the other, in the order of their places.
        let ends = try runs.map { try #require(try project.runDirectory($0).summary()) }
        for (before, after) in zip(ends, ends.dropFirst()) { #expect(before.finishedAt <= after.startedAt, "\(ends)") }
        #expect(first.errors.contains("run \(runs[1]) on"), "\(first)")
        #expect(third.errors.contains("run \(runs[2]) on"), "\(third)")
    }

    @Test("Ctrl-C leaves the queue; who does not wait is refused while others do, and told how to")
    func leaving() async throws {
        let (project, run) = try await busy()
        let client = try project.start(["run", "--wait"])
        try await project.hasSaid(client, "waiting: 1 run before this one; \(run) of")
        let status = try await project.slt("status")
        #expect(status.text.contains("waits for this workspace since"), "\(status)")
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 130, "\(end)")
        #expect(end.errors.contains("the place in the queue was given up"), "\(end)")
        let after = try await eventually { try await !project.slt("status").text.contains("waits for this workspace") }
        #expect(after)

        // The gate stays shut for the second one, which waits while the first is stopped.
        let second = try project.start(["run", "--wait", "--no-sync", "tests/0.test"]), third = try project.start(["run", "--wait", "--no-sync", "tests/1.test"])
        try await project.hasSaid(second, "waiting: ")
        try await project.hasSaid(third, "waiting: ")
        #expect(try await project.slt("stop", "--now", run).code == 0)
        try await project.status { $0.id != run && $0.phase == .running }
        try await project.slt("run", "--no-sync").expect(code: 2, "cannot change")
        try project.openGate()
        #expect(try await second.finish().code == 0)
        #expect(try await third.finish().code == 0)
        // Nobody waits any more.
        #expect(try await project.slt("run", "--no-sync", "tests/0.test").code == 0)
    }

    @Test("a client that is silent loses its place once others wait, also when its turn has come")
    func silent() async throws {
        let (project, _) = try await busy()
        let asleep = try project.start(["run", "--wait", "--no-sync", "tests/0.test"])
        try await project.hasSaid(asleep, "waiting: 1 run")
        let next = try project.start(["run", "--wait", "--no-sync", "tests/1.test"])
        try await project.hasSaid(next, "waiting: 2 runs")
        asleep.signal(SIGSTOP)
        try project.openGate()
        let end = try await next.finish()
        #expect(end.code == 0, "\(end)")
        #expect(project.runs().count == 2)
        asleep.signal(SIGKILL)
        _ = try await asleep.finish()
    }

    @Test("a run in a free workspace does not wait, and --wait does not go with --resume")
    func free() async throws {
        let project = try await Project(files: Gate.files(1), Gate.settings(workers: 1))
        try project.write("exit 0\n", to: "wait.sh")
        let run = try await project.slt("run", "--wait")
        #expect(run.code == 0, "\(run)")
        #expect(!run.errors.contains("waiting"), "\(run)")
        let detached = try project.decode(RunStatus.self, try await project.slt("run", "--wait", "--detach", "--json"))
        #expect(detached.phase != .waiting)
        try await project.status { $0.id == detached.id && $0.phase == .finished }
        try await project.slt("run", "--wait", "--resume").expect(code: 2, "--wait")
    }

    @Test("one that is detached brings its sources at once and starts by itself, with what was there when it was asked for")
    func detached() async throws {
        let project = try await Project(files: Gate.files(2), Gate.settings(workers: 1) + "\n[prepare]\ncommand = \"cat tests/*.test > built\"\n")
        #expect(try await project.slt("run", "--detach").code == 0)
        let run = try #require(project.runs().last)
        try project.write("2", to: "tests/2.test")
        let left = try await project.slt("run", "--wait", "--detach", "--json")
        #expect(left.code == 0, "\(left)")
        let waiting = try project.decode(RunStatus.self, left)
        #expect(waiting.phase == .waiting)
        #expect(left.errors.contains("run \(waiting.id) waits on box and starts by itself"), "\(left)")
        // The first run's sources are left alone, and this machine is not needed any more.
        #expect(!project.exists(project.workspace + "/tests/2.test"))
        try project.write("3", to: "tests/3.test")
        let status = try await project.slt("status")
        #expect(status.text.contains(waiting.id), "\(status)")
        #expect(status.text.contains("detached"), "\(status)")
        let follower = try project.start(["attach", waiting.id])
        try await project.hasSaid(follower, "waiting for the workspace")
        try project.openGate()
        // The folder that the gate is in goes with the workspace; it was open long enough for the first run.
        try await project.status { $0.id == waiting.id && $0.phase == .running }
        #expect(try project.runDirectory(run).summary()?.end == .drained)
        #expect(project.exists(project.workspace + "/tests/2.test"))
        #expect(!project.exists(project.workspace + "/tests/3.test"))
        #expect(try String(contentsOfFile: project.workspace + "/built", encoding: .utf8) == "012")
        try project.openGate()
        let end = try await follower.finish()
        #expect(end.code == 0, "\(end)")
        #expect(try project.runDirectory(waiting.id).summary()?.total == 3)
        let folder = try FileManager.default.contentsOfDirectory(atPath: project.hostHome)
        #expect(folder.filter { $0.hasPrefix("work") } == ["work"])
        #expect(try await project.slt("run", "--no-build", "--no-sync").code == 0)
    }

    @Test("several that are detached run one after the other, each with the sources of its time")
    func several() async throws {
        var files = Gate.files(1)
        // Beside the workspace, so that it stays open when another folder takes the place of that.
        files["wait.sh"] = "while [ ! -e \"${1%/*}/../../open\" ]; do sleep 0.02; done\n"
        let project = try await Project(files: files, Gate.settings(workers: 1))
        #expect(try await project.slt("run", "--detach").code == 0)
        var waiting: [String] = []
        for number in 1...2 {
            try project.write("\(number)", to: "tests/\(number).test")
            let left = try await project.slt("run", "--wait", "--detach", "--json")
            waiting.append(try project.decode(RunStatus.self, left).id)
            #expect(left.errors.contains("waiting: \(number) run"), "\(left)")
        }
        try Data().write(to: URL(filePath: project.hostHome + "/open"))
        for id in waiting {
            let end = try await project.slt("attach", id)
            #expect(end.code == 0, "\(end)")
        }
        let ends = try project.runs().map { try #require(try project.runDirectory($0).summary()) }
        #expect(ends.map(\.total) == [1, 2, 3])
        for (before, after) in zip(ends, ends.dropFirst()) { #expect(before.finishedAt <= after.startedAt, "\(ends)") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.hostHome).filter { $0.hasPrefix("work") } == ["work"])
    }

    @Test("one that is detached is taken out of the queue by stop, and one that cannot be built says why")
    func detachedEnd() async throws {
        let project = try await Project(files: Gate.files(1), Gate.settings(workers: 1))
        #expect(try await project.slt("run", "--detach").code == 0)
        let left = try project.decode(RunStatus.self, try await project.slt("run", "--wait", "--detach", "--json"))
        let stopped = try await project.slt("stop", left.id)
        #expect(stopped.code == 0, "\(stopped)")
        #expect(stopped.errors.contains("no longer waits"), "\(stopped)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.hostHome).filter { $0.hasPrefix("work") } == ["work"])

        let text = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(text + "\n[prepare]\ncommand = \"exit 7\"\n", to: "slt-remote.toml")
        let broken = try project.decode(RunStatus.self, try await project.slt("run", "--wait", "--detach", "--json"))
        try project.openGate()
        let attached = try await project.slt("attach", broken.id)
        #expect(attached.code != 0)
        #expect(attached.errors.contains("exit code 7"), "\(attached)")
        #expect(try await project.slt("status").text.contains("could not be started"))
        #expect(project.runs().count == 1)
    }
}
