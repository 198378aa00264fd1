import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("engines that cannot be started, or go away")
struct EngineStartTests {
    private static let files = ["t/a.test": "statement ok\nSELECT 1\n", "t/b.test": "statement ok\nSELECT 1\n"]

    @Test("an engine that cannot be started ends the run with code 6, one message and no failed file", arguments: [
        ("kind = \"command\"\ncommand = [\"/nonexistent/engine\", \"{file}\"]", "/nonexistent/engine"),
        ("kind = \"external\"\ncommand = [\"no-such-engine\"]", "it is not there"),
        ("kind = \"external\"\ncommand = [\"echo oops >&2; exit 3\"]", "exit code 3"),
        ("kind = \"postgres\"\nconnection = \"host=/nonexistent\"", "cannot connect to PostgreSQL"),
        ("kind = \"sqlite\"\nlibrary = \"/nonexistent/libsqlite3.so\"", "cannot load /nonexistent/libsqlite3.so"),
        ("kind = \"sqlite\"\nlibrary = \"/bin/sh\"", "cannot load /bin/sh"),
    ])
    func start(engine: String, said: String) async throws {
        let project = try await Project(files: Self.files, "[suite]\nfiles = [\"t/*.test\"]\n[engine]\n\(engine)\n[run]\nworkers = 2\n", isLocal: true)
        let run = try await project.slt("run")
        #expect(run.code == 6, "\(run)")
        #expect(run.errors.ranges(of: said).count == 1, "\(run)")
        #expect(run.text.contains("untested"), "\(run)")
        #expect(!run.text.contains("1 failed"), "\(run)")
        let again = try await project.slt("run", "--failed")
        #expect(again.code == 2, "\(again)")
        #expect(again.errors.contains("no file of the suite failed"), "\(again)")
    }

    @Test("slt-worker run says once that the engine cannot be started, and leaves with code 6", arguments: [
        ["--engine", "postgres", "--connection", "host=/nonexistent"], ["--engine", "external", "--engine-command", "no-such-engine"],
        ["--engine-library", "/nonexistent/libsqlite3.so"],
    ])
    func local(arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        for (name, text) in Self.files { try folder.write(text, to: name) }
        let run = try await RunningProgram.run([Programs.worker, "run", "t/a.test", "t/b.test"] + arguments, environment: ["PATH": "/usr/bin:/bin"], in: folder.path)
        #expect(run.code == 6, "\(run)")
        #expect(run.errors.ranges(of: "slt-worker: cannot ").count == 1, "\(run)")
    }

    @Test("a program that ends in one file is that file's crash; the others pass")
    func endsMidway() async throws {
        let engine = #"while read -r -d '}' l; do case $l in *BOOM*) exit 4;; esac; echo '{\"result\":[]}'; done"#
        let project = try await Project(files: Self.files.merging(["t/c.test": "statement ok\nBOOM\n"]) { a, _ in a },
                                        "[suite]\nfiles = [\"t/*.test\"]\n[engine]\nkind = \"external\"\ncommand = [\"\(engine)\"]\n", isLocal: true)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("crashed"), "\(run)")
        #expect(run.text.contains("1 of 3 files failed"), "\(run)")
    }

    /// Starts a server, runs files of which most wait for a word, and stops the server when the others have passed.
    @Test("a PostgreSQL that is stopped midway is one finding: no file failed, and the run goes on when it is back")
    func stopped() async throws {
        let project = try await Project("", isLocal: true)
        try await ProjectPostgres.serving(project) { server in
            let go = server.folder + "/go"
            let wait = "statement ok\nDO $$ BEGIN WHILE pg_stat_file('\(go)', true) IS NULL LOOP PERFORM pg_sleep(0.05); END LOOP; END $$\n"
            for number in 0..<30 { try project.write(number < 6 ? "statement ok\nSELECT 1\n" : wait, to: "t/\(number < 6 ? "a" : "b")\(number).test") }
            try project.write("""
                host = "local"
                [hosts.local]
                workspace = "~/work"
                state = "\(project.state)"
                [suite]
                files = ["t/*.test"]
                \(server.settings)
                [run]
                workers = 3
                order = "name"
                """, to: "slt-remote.toml")
            async let running = project.slt("run")
            let hasBegun = try await eventually {
                let runs = try RunDirectory.list(state: project.state)
                return try runs.first.map { try RunDirectory.open(state: project.state, id: $0).status().passed >= 3 } ?? false
            }
            #expect(hasBegun)
            try await server.stop()
            let run = try await running
            #expect(run.code == 6, "\(run)")
            #expect(run.errors.ranges(of: "the engine has gone").count == 1, "\(run)")
            let id = try #require(try RunDirectory.list(state: project.state).first)
            let status = try RunDirectory.open(state: project.state, id: id).status()
            #expect(status.failed == 0, "\(status)")
            #expect((status.outcomes[.untested] ?? 0) > 0, "\(status)")
            #expect(status.passed >= 3, "\(status)")
            try await server.start()
            try Data().write(to: URL(filePath: go))
            let resumed = try await project.slt("run", "--resume", id)
            #expect(resumed.code == 0, "\(resumed)")
        }
    }
}
