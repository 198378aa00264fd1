import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing
import TreeSync

@Suite("a run, from the first command to the results")
struct RunTests {
    private static let suite = "[suite]\nfiles = [\"tests/**/*.test\"]\n[run]\nworkers = 4\n"

    @Test("planted failures are found, named with file, line, expected and got, and fetched")
    func failures() async throws {
        let project = try await Project(RunTests.suite)
        let planted = try await project.generate(files: 24, failures: 3)
        #expect(planted.count == 3)

        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("3 of 24 files failed"), "\(run)")
        for place in planted { #expect(run.text.contains(place + ": "), "\(run)") }
        for word in ["      sql       ", "      + ", "total", "3 failing files:"] { #expect(run.text.contains(word), "\(run)") }
        #expect(run.errors.contains("synced "), "\(run)")

        let id = try #require(project.runs().first)
        #expect(run.text.contains("results: \(project.results)/\(id)"), "\(run)")
        let records = try project.records(id, count: 24)
        #expect(records.filter { $0.outcome == .pass }.count == 21)
        let failing = records.filter { $0.outcome == .fail }
        #expect(Set(failing.flatMap { record in record.failures.map { "\(record.file):\($0.line)" } }) == Set(planted))
        #expect(failing.allSatisfy { $0.failures.allSatisfy { !$0.expected.isEmpty && !$0.actual.isEmpty && !$0.sql.isEmpty } })
    }

    @Test("a run of which all files pass exits with 0, and every verb can look at it afterwards")
    func passing() async throws {
        let project = try await Project(RunTests.suite)
        try await project.generate(files: 8)
        let run = try await project.slt("run", "--json")
        #expect(run.code == 0, "\(run)")
        let result = try project.decode(RunResult.self, run)
        #expect(result.exitCode == 0)
        #expect(result.failures.isEmpty)
        #expect(result.status.outcomes == [.pass: 8])
        #expect(result.status.phase == .finished)
        #expect(result.status.tests > 0)
        #expect(result.results == "\(project.results)/\(result.status.id)")
        let id = result.status.id

        let runs = try await project.slt("runs")
        #expect(runs.code == 0, "\(runs)")
        #expect(runs.text.contains(id), "\(runs)")
        #expect(try project.decode(RunStatus.self, try await project.slt("runs", "--json")) == result.status)

        let status = try await project.slt("status")
        #expect(status.code == 0, "\(status)")
        #expect(status.text.contains(id), "\(status)")
        #expect(status.text.contains("load"), "\(status)")
        let report = try project.decode(HostReport.self, try await project.slt("status", "--json"))
        #expect(report.run?.id == id)
        #expect(!report.sample.cores.isEmpty)
        #expect(report.sample.processes > 0)
        #expect(report.sample.memoryTotal > 0)

        let fetched = try await project.slt("fetch", id, "--to", "elsewhere")
        #expect(fetched.code == 0, "\(fetched)")
        #expect(fetched.text == "\(project.source)/elsewhere/\(id)\n", "\(fetched)")
        _ = try project.records(id, count: 8, in: project.source + "/elsewhere")
        #expect(project.exists("\(project.source)/elsewhere/\(id)/summary.json"))

        let logs = try await project.slt("logs", id)
        #expect(logs.code == 0, "\(logs)")
        try await project.slt("logs", "--worker", "99").expect(code: 2, "no log of worker 99")

        let again = try await project.slt("attach", id)
        #expect(again.code == 0, "\(again)")
        #expect(again.text.contains("all 8 files passed"), "\(again)")

        let stop = try await project.slt("stop")
        #expect(stop.code == 0, "\(stop)")
        #expect(stop.errors.contains("was not running"), "\(stop)")
    }

    @Test("sync brings the tree and nothing else: it lists first, obeys the rules, deletes, and never runs anything")
    func sync() async throws {
        let project = try await Project(
            files: ["a.txt": "a", "old.txt": "old", "sub/b.txt": "b", "ignored.o": "o", ".gitignore": "*.o\n", "target/big": "big",
                    "1.test": passingFile, "2.test": passingFile, "3.test": passingFile],
            "[sync]\nexclude = [\"target/\"]\n[prepare]\ncommand = \"touch $HOME/built\"\n[suite]\nfiles = [\"*.test\"]\n")
        try FileManager.default.createSymbolicLink(atPath: project.source + "/link", withDestinationPath: "sub/b.txt")

        let dry = try await project.slt("sync", "--dry-run")
        #expect(dry.code == 0, "\(dry)")
        #expect(dry.text.contains("create a.txt\n"), "\(dry)")
        #expect(dry.text.contains("create sub/b.txt\n"), "\(dry)")
        #expect(!dry.text.contains("ignored.o"), "\(dry)")
        #expect(!dry.text.contains("target"), "\(dry)")
        #expect(dry.errors.contains("nothing was changed"), "\(dry)")
        #expect(!project.exists(project.workspace + "/a.txt"))

        let synced = try await project.slt("sync")
        #expect(synced.code == 0, "\(synced)")
        #expect(synced.output.isEmpty, "\(synced)")
        #expect(synced.errors.contains("synced "), "\(synced)")
        #expect(try String(contentsOfFile: project.workspace + "/sub/b.txt", encoding: .utf8) == "b")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: project.workspace + "/link") == "sub/b.txt")
        #expect(!project.exists(project.workspace + "/ignored.o"))
        #expect(!project.exists(project.workspace + "/target"))

        // What the rules exclude stays on the host; what is gone here goes there.
        try project.folder.write("built", to: "host/work/target/cache")
        unlink(project.source + "/old.txt")
        try project.write("changed", to: "a.txt")
        let second = try await project.slt("sync", "--json")
        #expect(second.code == 0, "\(second)")
        let report = try project.decode(SyncReport.self, second)
        #expect(report.deleted.total == 1)
        #expect(report.updated.total == 1)
        #expect(report.created.total == 0)
        #expect(!project.exists(project.workspace + "/old.txt"))
        #expect(project.exists(project.workspace + "/target/cache"))
        #expect(try String(contentsOfFile: project.workspace + "/a.txt", encoding: .utf8) == "changed")

        let third = try await project.slt("sync")
        #expect(third.errors.contains("up to date"), "\(third)")
        #expect(project.runs().isEmpty)
        #expect(!project.exists(project.hostHome + "/built"))
    }

    @Test("--no-sync runs what is on the host, and globs on the command line take the place of the configured ones")
    func noSync() async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "tests/b.test": passingFile, "other/c.test": passingFile], RunTests.suite)
        let first = try await project.slt("run", "tests/a.test", "other/*.test", "--json")
        #expect(first.code == 0, "\(first)")
        let records = try project.records(try project.decode(RunResult.self, first).status.id, count: 2)
        #expect(records.map(\.file).sorted() == ["other/c.test", "tests/a.test"])

        try project.write("statement ok\nno such statement\n", to: "tests/a.test")
        let old = try await project.slt("run", "--no-sync")
        #expect(old.code == 0, "\(old)")
        #expect(!old.errors.contains("synced"), "\(old)")
        let new = try await project.slt("run", "tests/a.test")
        #expect(new.code == 1, "\(new)")
        #expect(new.text.contains("tests/a.test:1: "), "\(new)")
    }

    @Test("a profile sets the run's figures, and a flag beats it")
    func profiles() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], RunTests.suite + "[profiles.tiny]\nworkers = 3\ntime = \"2m\"\n")
        let quick = try project.decode(RunResult.self, try await project.slt("run", "--profile", "quick", "--json"))
        #expect(quick.status.workersWanted == 8)
        #expect(quick.status.timeBudget == 300)
        let tiny = try project.decode(RunResult.self, try await project.slt("run", "-p", "tiny", "-w", "2", "--no-sync", "--json"))
        #expect(tiny.status.workersWanted == 2)
        #expect(tiny.status.timeBudget == 120)
        let auto = try project.decode(RunResult.self, try await project.slt("run", "-w", "auto", "--time", "90s", "--no-sync", "--json"))
        #expect(auto.status.workersWanted == sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        #expect(auto.status.timeBudget == 90)
        try await project.slt("run", "-p", "quik").expect(code: 2, "quik", "quick")
    }

    @Test("--detach starts the run and leaves; attach follows it to the end; status shows its workers meanwhile")
    func detach() async throws {
        let project = try await Project(files: Gate.files(5), Gate.settings())
        let left = try await project.slt("run", "--detach", "--json")
        #expect(left.code == 0, "\(left)")
        let id = try project.decode(RunStatus.self, left).id
        #expect(left.errors.contains("slt-remote attach --host box \(id)"), "\(left)")

        let live = try await project.status { $0.running == 2 }
        #expect(live.id == id)
        #expect(live.phase == .running)
        #expect(live.queued == 3)
        #expect(live.workers.count == 2)
        #expect(live.workers.allSatisfy { $0.state == .running && $0.file != nil && $0.pid > 0 })
        let fetched = try await project.slt("fetch")
        #expect(fetched.code == 0, "\(fetched)")
        #expect(fetched.errors.contains("has not ended"), "\(fetched)")

        let log = try project.start(["logs", "--follow", id])
        let attached = try await project.startAgent(["attach"])
        try project.openGate()
        let end = try await attached.finish()
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("all 5 files passed"), "\(end)")
        _ = try project.records(id, count: 5)
        #expect(try await log.finish().code == 0)
    }

    @Test("stop ends a run in order; it is incomplete, exit code 5, until it is resumed")
    func stop() async throws {
        let project = try await Project(files: Gate.files(6), Gate.settings())
        let run = try project.start(["run"])
        try await project.status { $0.running == 2 }
        let stop = try await project.slt("stop", "--now", "--json")
        #expect(stop.code == 0, "\(stop)")
        let stopped = try project.decode(RunStatus.self, stop)
        #expect(stopped.phase == .finished)
        #expect(stopped.end == .stopped)
        #expect(stopped.outcomes == [.untested: 6])
        let end = try await run.finish()
        #expect(end.code == 5, "\(end)")
        #expect(end.text.contains("6 untested"), "\(end)")
        #expect(end.text.contains("run --host box --resume \(stopped.id)"), "\(end)")

        try project.openGate()
        let resumed = try await project.slt("run", "--resume", stopped.id)
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.text.contains("all 6 files passed"), "\(resumed)")
        _ = try project.records(stopped.id, count: 6)
        try await project.slt("run", "--resume", stopped.id).expect(code: 2, stopped.id)
    }

    @Test("blocked files are counted with their reason and are no failure")
    func blocked() async throws {
        let project = try await Project(
            files: ["tests/a.test": passingFile, "tests/huge.test": "statement ok\nwrong\n"],
            "[suite]\nfiles = [\"tests/*.test\"]\nblock = [{ files = \"**/huge.test\", reason = \"needs 70 GB\" }]\n")
        let run = try await project.slt("run")
        #expect(run.code == 0, "\(run)")
        #expect(run.text.contains("1 blocked"), "\(run)")
        let record = try project.records(try #require(project.runs().first), count: 2).first { $0.outcome == .blocked }
        #expect(record?.file == "tests/huge.test")
        #expect(record?.message?.contains("needs 70 GB") == true)
    }
}
