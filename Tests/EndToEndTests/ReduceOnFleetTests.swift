import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("reduce --on-fleet")
struct ReduceOnFleetTests {
    private func faults(_ folder: TemporaryFolder) async throws -> String {
        let root = #filePath.firstRange(of: "/Tests/").map { String(#filePath[..<$0.lowerBound]) } ?? ""
        return try await FaultyEngine.compile(String(contentsOfFile: root + "/Benchmarks/Cause/faults.c", encoding: .utf8), to: "faults", in: folder)
    }

    /// Some work for each look at a file, so that there is time to look at who is at it.
    private static let slow = "statement ok\nCREATE TABLE s(a INTEGER)\n\nstatement ok\nINSERT INTO s WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i FROM n\n\n"
    private static let table = "statement ok\nCREATE TABLE t(a INTEGER, b INTEGER)\n\nstatement ok\nINSERT INTO t VALUES (1, 2), (37, 38), (-5, NULL)\n\n"

    /// Three files that fail for three causes.
    private static let files = [
        "tests/a.test": slow + table + "query I nosort\nSELECT a FROM t WHERE b = 38\n----\n37\n",
        "tests/b.test": slow + table + "query II nosort\nSELECT a, b FROM t WHERE a < 0 GROUP BY a, b\n----\n-5\nNULL\n",
        "tests/c.test": slow + "statement ok\nCREATE TABLE u(a INTEGER)\n\nstatement ok\nINSERT INTO u VALUES (1), (2), (3)\n\nstatement ok\nUPDATE u SET a = a + 1\n\n"
            + "query I nosort\nSELECT a FROM u ORDER BY a LIMIT 3\n----\n2\n3\n4\n",
    ]

    private func project(_ folder: TemporaryFolder, isLocal: Bool = false) async throws -> Project {
        let library = try await faults(folder)
        return try await Project(files: Self.files, "[suite]\nfiles = [\"tests/*.test\"]\n[engine]\nkind = \"sqlite\"\nlibrary = \"\(library)\"\n"
            + "environment = { FAULT = \"value,null,update\" }\n[run]\nworkers = 2\n", isLocal: isLocal)
    }

    /// The processes that look at a file on the host; those that they fork for tries are of their sessions.
    private func leaders(_ project: Project) -> [pid_t] {
        processes(naming: "\0diagnose").filter { getsid($0) == $0 && (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == project.workspace }
    }

    /// Stops the first process that looks at a file: it is at work until it is ended.
    private func stopOne(_ project: Project, _ client: RunningProgram) async throws -> pid_t {
        var stopped: pid_t?
        _ = try await eventually(every: .milliseconds(1)) {
            stopped = leaders(project).first { kill($0, SIGSTOP) == 0 }
            return stopped != nil
        }
        return try #require(stopped, "\(client.errors)")
    }

    /// Waits until both others have come to their end.
    private func othersEnd(_ project: Project, but stopped: pid_t) async throws {
        var others: Set<pid_t> = []
        let haveEnded = try await eventually(every: .milliseconds(1)) {
            let now = leaders(project)
            others.formUnion(now.filter { $0 != stopped })
            return others.count == 2 && now == [stopped]
        }
        #expect(haveEnded, "\(others)")
    }

    @Test("a file is reduced in the workspace on the host, with as many tries at once as the run has workers")
    func single() async throws {
        let folder = try TemporaryFolder()
        let project = try await project(folder, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        // Here it holds; there it is as it was.
        try project.write(Self.slow, to: "tests/a.test")
        let here = try await project.slt("reduce", "tests/a.test", "-o", "here.test")
        #expect(here.code == 2, "\(here)")
        let end = try await project.slt("reduce", "tests/a.test", "--on-fleet", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("fewer rows"), "\(end)")
        let wide = try await project.slt("reduce", "tests/a.test", "--on-fleet", "--workers", "7", "-o", "wide.test")
        #expect(wide.code == 0, "\(wide)")
        let again = try await project.slt("reduce", "tests/a.test", "--on-fleet", "--workers", "7", "-o", "again.test")
        #expect(again.code == 0, "\(again)")
        let read = { (name: String) in try String(contentsOfFile: project.source + "/" + name, encoding: .utf8) }
        let (out, first, second) = try (read("out.test"), read("wide.test"), read("again.test"))
        #expect(first == second)
        for script in [out, first] { #expect(script.components("\nstatement ok\n") == 2 && !script.contains("RECURSIVE"), "\(script)") }
    }

    @Test("where the host has less free memory than the floor, one try at a time goes on")
    func floor() async throws {
        let folder = try TemporaryFolder()
        let project = try await project(folder, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        let text = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(text + "memory-floor = \"100T\"\n", to: "slt-remote.toml")
        let end = try await project.slt("reduce", "tests/a.test", "--on-fleet", "--workers", "4", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("fewer rows"), "\(end)")
    }

    @Test("failures are reduced at the same time; one whose process is lost is told, and ends none of the others")
    func lostProcess() async throws {
        let folder = try TemporaryFolder()
        let project = try await project(folder, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        let client = try project.start(["reduce", "--all", "--on-fleet", "-o", "causes"])
        let stopped = try await stopOne(project, client)
        try await othersEnd(project, but: stopped)
        kill(stopped, SIGKILL)
        let end = try await client.finish()
        // Not all was tried.
        #expect(end.code == 1 && end.text.contains("3 failing records → 3 causes"), "\(end)")
        #expect(end.text.contains("was ended by SIGKILL"), "\(end)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.source + "/causes").count { $0.hasSuffix(".test") } >= 2)
    }

    @Test("Ctrl-C keeps the causes that are done")
    func interrupted() async throws {
        let folder = try TemporaryFolder()
        let project = try await project(folder, isLocal: true)
        #expect(try await project.slt("run").code == 1)
        let client = try project.start(["reduce", "--all", "--on-fleet", "-o", "causes"])
        let stopped = try await stopOne(project, client)
        try await othersEnd(project, but: stopped)
        client.signal(SIGINT)
        let end = try await client.finish()
        #expect(end.code == 130, "\(end)")
        #expect(end.text.contains("2 failing records → 2 causes; 1 more record was not looked at"), "\(end)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.source + "/causes").count { $0.hasSuffix(".test") } >= 2)
    }

    @Test("after a lost connection what was at work is gone on with, and what was done is not begun again")
    func lostConnection() async throws {
        let folder = try TemporaryFolder()
        let project = try await project(folder)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        let client = try project.start(["reduce", "--all", "--on-fleet", "-o", "causes"])
        let stopped = try await stopOne(project, client)
        try await othersEnd(project, but: stopped)
        #expect(try #require(project.server).killConnections() > 0)
        let end = try await client.finish()
        #expect(end.errors.contains("what was not reduced to its end is gone on with"), "\(end)")
        #expect(end.code == 0 && end.text.contains("3 failing records → 3 causes"), "\(end)")
        #expect(!end.text.contains("not reduced") && !end.text.contains("not all was tried"), "\(end)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.source + "/causes").count { $0.hasSuffix(".test") } == 3)
    }

    @Test("a wrong argument is told", arguments: [
        (["--workers", "2"], "--workers needs --on-fleet"), (["--on-fleet", "--jobs", "2"], "use --workers with --on-fleet"), (["--on-fleet", "--workers", "some"], "--workers"),
    ])
    func mistakes(arguments: [String], words: String) async throws {
        let project = try await Project(files: ["tests/a.test": "query I\nSELECT 1\n----\n2\n"], isLocal: true)
        let end = try await project.start(["reduce", "tests/a.test"] + arguments).finish()
        #expect(end.code == 2 && end.errors.contains(words), "\(end)")
    }
}
