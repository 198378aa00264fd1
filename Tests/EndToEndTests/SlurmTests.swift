import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Runs that Slurm's own daemons carry out; sshd's sessions are the login node.
@Suite("a run on a cluster", .enabled(if: SlurmCluster.refusal == nil, Comment(rawValue: SlurmCluster.refusal ?? "")), .serialized)
struct SlurmTests {
    private static func project(_ cluster: SlurmCluster, files: [String: String] = [:], _ settings: String) async throws -> Project {
        var options = PrivateSSHServer.Options()
        options.environment.merge(cluster.environment) { $1 }
        return try await Project(files: files, settings, options: options)
    }

    private static func settings(workers: Int, _ slurm: String = "cores = 2") -> String {
        "launcher = \"slurm\"\nworkers = \(workers)\ntime = \"5m\"\n[slurm]\n\(slurm)\n"
    }

    private static let suite = "[suite]\nfiles = [\"tests/**/*.test\"]\n[run]\n"
    private static func gate(workers: Int) -> String { Gate.settings(workers: workers).split(separator: "\n").dropLast().joined(separator: "\n") + "\n" + settings(workers: workers) }

    /// Waits until so many files run at the same time.
    private static func waitForWorkers(_ count: Int, _ project: Project) async throws -> RunStatus {
        try await project.status { $0.workers.count { $0.state == .running && $0.file != nil } == count }
    }

    private static func claims(_ project: Project, _ id: String, of host: String) -> [String] {
        let folder = "\(project.state)/runs/\(id)/claims"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { (try? String(contentsOfFile: folder + "/" + $0, encoding: .utf8))?.hasPrefix("held \(host)") == true }
    }

    @Test("every file has its record once, and report and exit code are those of a run on one host")
    func wholeRun() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2)])
        let project = try await Self.project(cluster, Self.suite + Self.settings(workers: 4))
        let planted = try await project.generate(files: 40, failures: 3)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)\n\(cluster.said())")
        #expect(run.text.contains("3 of 40 files failed"), "\(run)")
        for place in planted { #expect(run.text.contains(place + ": "), "\(run)") }
        let id = try #require(project.runs().first)
        let records = try project.records(id, count: 40)
        #expect(records.count { $0.outcome == .pass } == 37)
        // Workers of one run have numbers of their own on every node.
        #expect(records.allSatisfy { (0..<4).contains($0.worker ?? -1) })
        #expect(!project.exists("\(project.state)/runs/\(id)/results"))
        let alone = try await project.slt("run", "--launcher", "local", "--json")
        #expect(alone.code == 1, "\(alone)")
        #expect(try project.decode(RunResult.self, alone).status.outcomes == [.pass: 37, .fail: 3])
    }

    @Test("status, logs, attach, workers, stop and resume mean what they mean on one host, also when the supervisor on the login node was killed")
    func verbs() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2)])
        let project = try await Self.project(cluster, files: Gate.files(12), Self.gate(workers: 6))
        let started = try await project.slt("run", "--detach", "--json")
        #expect(started.code == 0, "\(started)\n\(cluster.said())")
        let id = try project.decode(RunStatus.self, started).id
        _ = try await Self.waitForWorkers(4, project)

        // The third element has no room.
        let isTold = try await eventually { try await project.slt("status").text.contains("waiting for free nodes") }
        let status = try await project.slt("status")
        #expect(isTold, "\(status)")
        for word in ["node n1   element", "node n2   element", "2 elements at work", "workers 4 of 6"] { #expect(status.text.contains(word), "\(status)") }
        let nodes = try #require(try await project.status()?.cluster?.nodes)
        #expect(nodes.map(\.state) == [.running, .running])
        #expect(nodes.map(\.firstWorker) == [0, 2])
        let log = try await project.slt("logs", "--worker", "3")
        #expect(log.code == 0, "\(log)")

        // The jobs go on, and whoever asks next gives the run another supervisor.
        let supervisors = Self.supervisors(project, id)
        #expect(supervisors.count == 1)
        for pid in supervisors { kill(pid, SIGKILL) }
        #expect(try await project.status()?.phase == .running)
        // Sources stay as they are under it.
        try await project.slt("sync").expect(code: 2, id)

        let fewer = try await project.slt("workers", "2")
        #expect(fewer.code == 0, "\(fewer)")
        try await project.status { $0.cluster?.nodes.map(\.state) == [.running, .ended] }
        _ = try await Self.waitForWorkers(2, project)
        let more = try await project.slt("workers", "4")
        #expect(more.code == 0, "\(more)")
        _ = try await Self.waitForWorkers(4, project)

        let stop = try await project.slt("stop", "--now")
        #expect(stop.code == 0, "\(stop)")
        let ended = try await project.status { $0.phase == .finished }
        #expect(ended.outcomes == [.untested: 12])
        #expect(try await cluster.ask("squeue", "-h", "-t", "PD,R,CF,CG").isEmpty)

        try project.openGate()
        let resumed = try await project.slt("run", "--resume", "--workers", "4")
        #expect(resumed.code == 0, "\(resumed)\n\(cluster.said())")
        let records = try project.records(id, count: 12)
        #expect(records.allSatisfy { $0.outcome == .pass && $0.attempt == 1 })
        let attached = try await project.slt("attach", id)
        #expect(attached.code == 0, "\(attached)")
        let fetched = try await project.slt("fetch", id, "--to", "elsewhere")
        #expect(fetched.code == 0, "\(fetched)")
    }

    @Test("an element that Slurm wants to move is started again, one that is cancelled is not; both give their files back")
    func moved() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2)])
        let project = try await Self.project(cluster, files: Gate.files(8), Self.gate(workers: 4))
        #expect(try await project.slt("run", "--detach").code == 0)
        let status = try await Self.waitForWorkers(4, project)
        let job = try #require(status.cluster?.jobs.first), id = status.id
        try await cluster.ask("scancel", "-b", "-s", "USR1", "\(job)_1")
        let again = try await project.status { $0.cluster?.nodes.contains { $0.element == 1 && $0.restarts == 1 && $0.state == .running } == true }
        #expect(again.cluster?.nodes.count == 2)
        _ = try await Self.waitForWorkers(4, project)
        try await cluster.ask("scancel", "\(job)_0")
        try await project.status { $0.cluster?.nodes.map(\.state) == [.ended, .running] }
        try project.openGate()
        #expect(try await project.slt("attach", id).code == 0)
        let records = try project.records(id, count: 8)
        #expect(records.allSatisfy { $0.outcome == .pass && $0.attempt == 1 })
        #expect(Set(records.compactMap(\.worker)).isSubset(of: [2, 3]))
    }

    @Test("jobs that somebody cancels end the run, which can be resumed; so does its time, which counts from the first element's start")
    func ends() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2)])
        let project = try await Self.project(cluster, files: Gate.files(8), Self.gate(workers: 4))
        #expect(try await project.slt("run", "--detach").code == 0)
        let status = try await Self.waitForWorkers(4, project)
        let job = try #require(status.cluster?.jobs.first), id = status.id
        // Nothing is claimed while it is paused, on no node.
        #expect(try await project.slt("pause").code == 0)
        #expect(try await eventually { try await project.status()?.paused == .asked })
        #expect(try await project.slt("pause", "--off").code == 0)
        try await cluster.ask("scancel", job)
        let cancelled = try await project.status { $0.phase == .finished }
        #expect(cancelled.end == .failed && cancelled.error?.contains("the jobs have ended, and 8 files are left") == true, "\(cancelled)")

        let late = try await project.slt("run", "--resume", "--time", "1s")
        #expect(late.code == 5, "\(late)")
        let budget = try await project.status { $0.phase == .finished && $0.end != .failed }
        #expect(budget.end == .budget && budget.outcomes == [.untested: 8], "\(budget)")

        try project.openGate()
        let resumed = try await project.slt("run", "--resume", "--time", "5m")
        #expect(resumed.code == 0, "\(resumed)")
        #expect(try project.records(id, count: 8).allSatisfy { $0.outcome == .pass && $0.attempt == 1 })
    }

    @Test("the last element ends a run that nobody looks after")
    func alone() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2)])
        let project = try await Self.project(cluster, files: Gate.files(8), Self.gate(workers: 4))
        #expect(try await project.slt("run", "--detach").code == 0)
        let id = try #require(project.runs().first)
        _ = try await Self.waitForWorkers(4, project)
        for pid in Self.supervisors(project, id) { kill(pid, SIGKILL) }
        try project.openGate()
        try await project.status { $0.phase == .finished && $0.end == .drained }
        #expect(try await project.slt("attach", id).code == 0)
        #expect(try project.records(id, count: 8).allSatisfy { $0.outcome == .pass })
    }

    @Test("a run of more elements than an array may have is several arrays, and a job whose number was not noted is found by its name")
    func arrays() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 3), .init("n2", cores: 3)], lines: ["MaxArraySize=2"])
        let project = try await Self.project(cluster, files: Gate.files(12), Self.gate(workers: 5).replacing("cores = 2", with: "cores = 1"))
        #expect(try await project.slt("run", "--detach").code == 0)
        let status = try await Self.waitForWorkers(5, project)
        let id = status.id, jobs = try #require(status.cluster?.jobs)
        #expect(jobs.count == 3)
        #expect(status.cluster?.nodes.map(\.element) == [0, 1, 2, 3, 4])
        #expect(status.workers.map(\.slot) == [0, 1, 2, 3, 4])

        // As if it had been killed between the submission and the note of it.
        for pid in Self.supervisors(project, id) { kill(pid, SIGKILL) }
        let note = "\(project.state)/runs/\(id)/jobs.json"
        let text = try String(contentsOfFile: note, encoding: .utf8)
        #expect(text.contains("\"job\":\"\(jobs[1])\","))
        try Data(text.replacing("\"job\":\"\(jobs[1])\",", with: "").utf8).write(to: URL(filePath: note))
        #expect(try await eventually(every: .milliseconds(200)) { try await project.status()?.cluster?.jobs == jobs })
        // It was not submitted again.
        let known = try await cluster.ask("squeue", "-h", "-t", "all", "-o", "%F")
        #expect(Set(known.split(separator: "\n")).count == jobs.count + 1)
        try project.openGate()
        #expect(try await project.slt("attach", id).code == 0)
        #expect(try project.records(id, count: 12).allSatisfy { $0.outcome == .pass && $0.attempt == 1 })
    }

    /// Those on the login node.
    private static func supervisors(_ project: Project, _ id: String) -> [Int32] {
        processes(naming: "\(project.state)/runs/\(id)").filter { commandLine($0).dropFirst().first == "supervise" && !commandLine($0).contains("--first-element") }
    }

    @Test("what a cluster does not take is told, and leaves no run behind")
    func refusals() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2)])
        let project = try await Self.project(cluster, files: ["tests/1.test": passingFile], Self.suite + Self.settings(workers: 2, "cores = 2\narguments = [\"--partition=short\"]"))
        try await project.slt("run", "--time", "1h").expect(code: 2, "the partition 'short' allows 10", "shorten the time")
        try await project.slt("run", "--workers", "auto").expect(code: 2, "without a number of workers")
        try await cluster.stopController()
        let silent = try await project.slt("run")
        #expect(silent.code != 0 && silent.errors.contains("cannot use Slurm on"), "\(silent)")
        try cluster.startController()
        #expect(project.runs().isEmpty)
        try project.write(String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8).replacing("short", with: "nowhere"), to: "slt-remote.toml")
        try await project.slt("run").expect(code: 2, "invalid partition specified: nowhere", "check slurm.arguments")
        #expect(project.runs().isEmpty)
    }

    @Test("nodes that do not see the state folder are found out before the run", .enabled(if: SlurmCluster.refusalApart == nil, Comment(rawValue: SlurmCluster.refusalApart ?? "")))
    func notShared() async throws {
        let elsewhere = try TemporaryFolder()
        let cluster = try await SlurmCluster([.init("n1", cores: 2)], apart: true, hidden: elsewhere.path)
        var options = PrivateSSHServer.Options()
        options.environment.merge(cluster.environment) { $1 }
        let project = try await Project(files: ["tests/1.test": passingFile], Self.suite + Self.settings(workers: 2), state: elsewhere.file("state"), options: options)
        try await project.slt("run").expect(code: 2, "a job did not find there what was just written", "on a file system that its nodes share")
        #expect(project.runs().isEmpty)
    }

    @Test("a node that crashes: the others run its files, each once", .enabled(if: SlurmCluster.refusalApart == nil, Comment(rawValue: SlurmCluster.refusalApart ?? "")))
    func crash() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2), .init("n3", cores: 2)], apart: true)
        let project = try await Self.project(cluster, files: Gate.files(20), Self.gate(workers: 6))
        let started = try await project.slt("run", "--detach", "--json")
        #expect(started.code == 0, "\(started)\n\(cluster.said())")
        let id = try project.decode(RunStatus.self, started).id
        let status = try await Self.waitForWorkers(6, project)
        #expect(status.cluster?.nodes.map(\.host).sorted() == ["n1", "n2", "n3"])

        let lost = Self.claims(project, id, of: "n2")
        #expect(lost.count == 2)
        try cluster.crash("n2")
        try project.openGate()
        // Slurm is not waited for: it has no room to start the element again, and the lease of the claims is what brings them to the nodes that are left.
        let ended = try await project.status { $0.phase == .finished }
        #expect(ended.end == .drained, "\(ended)")
        #expect(try await project.slt("attach", id).code == 0)
        let records = try project.records(id, count: 20)
        #expect(records.allSatisfy { $0.outcome == .pass })
        // Only what the crash took was tried again.
        #expect(Set(records.filter { $0.attempt > 1 }.map(\.id)) == Set(lost.compactMap { Int($0.prefix { $0 != "." }) }))
        #expect(ended.lateResults == 0)
    }

    @Test("a node that is cut off, and a controller that is restarted: Slurm starts the element again, and no file is recorded twice", .enabled(if: SlurmCluster.refusalApart == nil, Comment(rawValue: SlurmCluster.refusalApart ?? "")))
    func partition() async throws {
        let cluster = try await SlurmCluster([.init("n1", cores: 2), .init("n2", cores: 2), .init("n3", cores: 2)], apart: true)
        let project = try await Self.project(cluster, files: Gate.files(20), Self.gate(workers: 6))
        let started = try await project.slt("run", "--detach", "--json")
        #expect(started.code == 0, "\(started)\n\(cluster.said())")
        let id = try project.decode(RunStatus.self, started).id
        _ = try await Self.waitForWorkers(6, project)

        try await cluster.stopController()
        #expect(try await eventually(every: .milliseconds(500)) { try await project.slt("status").text.contains("Slurm has not answered") })
        #expect(try await project.status()?.running == 6)
        try cluster.startController()
        #expect(try await eventually(every: .milliseconds(500)) { try await !project.slt("status").text.contains("Slurm has not answered") })

        try cluster.cut("n3")
        // Slurm believes the node to be gone; its workers go on with their files.
        #expect(try await eventually(every: .milliseconds(200)) { try await cluster.ask("sinfo", "-hN", "-n", "n3", "-o", "%t").contains("down") })
        #expect(Self.claims(project, id, of: "n3").count == 2)
        try cluster.join("n3")
        #expect(try await eventually(every: .milliseconds(200)) { try await project.status()?.cluster?.nodes.contains { $0.restarts > 0 } == true })
        try project.openGate()
        let ended = try await project.status { $0.phase == .finished }
        #expect(ended.end == .drained, "\(ended)")
        #expect(try await project.slt("attach", id).code == 0)
        #expect(try project.records(id, count: 20).allSatisfy { $0.outcome == .pass })
    }
}
