import Fleet
import FoundationEssentials
import Glibc
import RemoteKit
import TestSupport
import Testing

/// What a run keeps beside its records, so that a failure shows rows and not two hashes.
@Suite("rows behind hashes, in a run")
struct RowsBehindHashesTests {
    private func project(_ files: [String: String] = [:], engine: String, run: String = "") async throws -> Project {
        try await Project(files: files, "[suite]\nfiles = [\"tests/**/*.test\"]\n[engine]\n\(engine)\n[run]\nworkers = 2\n\(run)\n", isLocal: true)
    }

    /// The folder of the only run that was fetched.
    private func fetched(_ project: Project) throws -> RunFolder {
        let id = try #require(try RunDirectory.list(state: project.state).last)
        return try RunFolder(path: "\(project.results)/\(id)")
    }

    private func all(_ folder: RunFolder, files: Int) -> [FailureRows] { (0..<files).flatMap { folder.rows(of: $0) } }

    @Test("on an engine with planted faults, half of them in statements, nearly every hash shows the rows that were expected")
    func faulty() async throws {
        let folder = try TemporaryFolder()
        let library = try await FaultyEngine.build(in: folder)
        let project = try await project(engine: """
            kind = "sqlite"
            library = "\(library)"
            environment = { FAULTS_SEED = "planted-value", FAULTS_RATE = "0.03", FAULTS_WRITES = "0.03" }
            """)
        try await project.generate(files: 40, seed: 11)
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        let result = try fetched(project)
        let rows = all(result, files: 40)
        let hashed = rows.filter { $0.provenBy != nil || $0.unknown != nil }
        let proven = hashed.filter { $0.provenBy != nil }
        #expect(Set(hashed.map(\.identity)).count >= 20, "\(hashed.count)")
        #expect(Double(proven.count) >= 0.95 * Double(hashed.count), "\(hashed.compactMap(\.unknown))")
        #expect(proven.allSatisfy { $0.provenBy?.hasPrefix("sqlite 3.") == true && $0.expected != nil && $0.expected != $0.actual && $0.kind != nil })
        // Failures whose rows the script has show both sides, too.
        let own = rows.filter { $0.provenBy == nil && $0.unknown == nil }
        #expect(!own.isEmpty && own.allSatisfy { $0.expected != nil })
        let records = try project.records(result.spec.id, count: 40)
        for record in records where record.outcome == .pass { #expect(result.rows(of: record.id).isEmpty, "\(record.file)") }
        #expect(result.summary?.errors == records.reduce(0) { $0 + $1.errors })

        let engine = try #require(result.engine)
        #expect(engine.name == "sqlite" && engine.version?.hasPrefix("3.") == true)
        #expect(engine.libraries?.map(\.path) == [library])
        #expect(engine.digest?.utf8.count == 64 && engine.digest == engine.libraries?.first?.digest && engine.worker?.utf8.count == 64)
        #expect(engine.kernel?.hasPrefix("Linux ") == true && engine.host != nil && engine.environment?.utf8.count == 64)
        #expect(below(result.path).allSatisfy { path in
            !String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self).contains("planted-value")
        })
    }

    @Test("the embedded SQLite cannot explain its own mismatch, and says so")
    func itself() async throws {
        let project = try await project(engine: "kind = \"sqlite\"")
        try await project.generate(files: 30, failures: 30, seed: 3)
        #expect(try await project.slt("run").code == 1)
        let result = try fetched(project)
        let hashed = all(result, files: 30).filter { $0.expected == nil }
        #expect(!hashed.isEmpty)
        #expect(hashed.allSatisfy { $0.unknown == "the embedded SQLite cannot explain its own mismatch" && !$0.actual.isEmpty })
        #expect(result.engine?.digest != nil && result.engine?.digest == result.engine?.worker)
    }

    private static let mismatch = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1), (2)\n\nquery I nosort\nSELECT a FROM t\n----\n2 values hashing to 00000000000000000000000000000000\n"

    private func reference(_ body: String, in folder: TemporaryFolder) async throws -> String {
        try await FaultyEngine.compile("""
            #include <sqlite3.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *context, char **error) {
            \(body)
            return SQLITE_OK;
            }
            """, to: "reference", in: folder)
    }

    @Test("a reference that hangs, crashes, fills the disk or is not there leaves the run as it is", arguments: [
        ("for (;;) pause();", "the replay took too long"),
        ("for (;;);", "the replay took too long"),
        ("abort();", "the replay ended before its time"),
        ("for (;;) { char *p = malloc(1 << 20); if (!p) abort(); for (int i = 0; i < 1 << 20; i += 4096) p[i] = 1; }", "the replay ended before its time"),
        ("FILE *f = fopen(\"big\", \"w\"); for (;;) fwrite(sql, 1, 5, f);", "the replay ended before its time"),
        ("printf(\"rows 7 I nosort 2 4\\n1\\n2\\n\"); fflush(stdout); abort();", "the replay ended before its time"),
        ("(void)db;", "sqlite 3."),
        ("", "cannot load"),
    ])
    func badReference(body: String, said: String) async throws {
        let folder = try TemporaryFolder()
        let library = body.isEmpty ? "/nonexistent/libsqlite3.so" : try await reference(body, in: folder)
        let files = ["tests/a.test": Self.mismatch, "tests/b.test": passingFile]
        let project = try await project(files, engine: "kind = \"sqlite\"\nreference = \"\(library)\"", run: "memory = \"1G\"\nfile-timeout = \"30s\"")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("1 of 2 files failed"), "\(run)")
        let result = try fetched(project)
        #expect(result.summary?.end == .drained && result.summary?.restarts == 0 && result.summary?.error == nil)
        let rows = result.rows(of: 0)
        #expect(rows.count == 1 && rows.first?.actual == ["1", "2"])
        if body.contains("printf") { return }
        let why = rows.first?.unknown ?? ""
        // On a slow machine its time is over first.
        #expect(why.contains(said) || (said.contains("before its time") && why.contains("took too long")), "\(rows)")
        #expect(processes(naming: library).isEmpty)
        #expect(below(project.state).allSatisfy { !$0.hasSuffix("/big") })
    }

    @Test("another SQLite as reference proves rows for the embedded one's mismatch")
    func otherReference() async throws {
        let folder = try TemporaryFolder()
        // A reference that makes another database than the engine under test: what the script's author had.
        let library = try await FaultyEngine.compile("""
            #include <dlfcn.h>
            #include <sqlite3.h>
            #include <string.h>
            typedef int (*exec_call)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
            int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *context, char **error) {
            exec_call exec = (exec_call)dlsym(dlopen("libsqlite3.so.0", RTLD_NOW), "sqlite3_exec");
            return exec(db, strstr(sql, "VALUES(1)") ? "INSERT INTO t VALUES(3)" : sql, callback, context, error);
            }
            """, to: "reference", in: folder)
        // MD5 of "3\n".
        let script = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\nquery I nosort\nSELECT a FROM t\n----\n1 values hashing to 6d7fce9fee471194aa8b5b6e47267f03\n"
        let project = try await project(["tests/a.test": script], engine: "kind = \"sqlite\"\nreference = \"\(library)\"")
        #expect(try await project.slt("run").code == 1)
        let rows = try fetched(project).rows(of: 0)
        #expect(rows.count == 1)
        #expect(rows.first?.expected == ["3"] && rows.first?.actual == ["1"])
        #expect(rows.first?.recordLine == 7)
    }

    /// A file that fails at once behind a query that takes a while, so that its replay may take long.
    private func slowMismatch(_ seconds: Double) -> String { slowFile(seconds) + "\n" + Self.mismatch }

    @Test("a stop ends a replay at once, with the run")
    func stopped() async throws {
        let folder = try TemporaryFolder()
        let library = try await reference("for (;;) pause();", in: folder)
        let project = try await project(["tests/a.test": slowMismatch(4)], engine: "kind = \"sqlite\"\nreference = \"\(library)\"")
        let run = try project.start(["run"])
        #expect(try await eventually { !processes(naming: library).filter { commandLine($0).contains("replay") }.isEmpty })
        #expect(try await project.slt("stop").code == 0)
        let finished = try await run.finish()
        #expect(finished.code != 0)
        #expect(processes(naming: library).filter { commandLine($0).contains("replay") }.isEmpty)
        let directory = try project.runDirectory(try #require(try RunDirectory.list(state: project.state).last))
        #expect(try directory.summary()?.end == .drained)
        #expect(try directory.record(0)?.outcome == .fail)
    }

    @Test("a worker that is killed while it explains takes its replay with it, leaves no half file, and the run ends as it would")
    func killed() async throws {
        let folder = try TemporaryFolder()
        let library = try await reference("for (;;) pause();", in: folder)
        let project = try await project(["tests/a.test": slowMismatch(4), "tests/b.test": passingFile], engine: "kind = \"sqlite\"\nreference = \"\(library)\"")
        let run = try project.start(["run"])
        var replay: Int32 = 0
        #expect(try await eventually {
            replay = processes(naming: library).first { commandLine($0).contains("replay") } ?? 0
            return replay > 0
        })
        let words = commandLine(replay)
        let worker = try #require(words.firstIndex(of: "replay").flatMap { Int32(words[$0 + 1]) })
        kill(worker, SIGKILL)
        #expect(try await eventually { processes(naming: library).filter { commandLine($0).contains("replay") }.isEmpty })
        #expect(try await run.finish().code == 1)
        let result = try fetched(project)
        #expect(result.summary?.end == .drained && result.summary?.error == nil)
        #expect(try project.records(result.spec.id, count: 2).map(\.outcome) == [.fail, .pass])
        #expect(result.rows(of: 0).isEmpty)
        #expect(below(project.state).allSatisfy { !$0.contains("/rows-") })
    }

    @Test("slt-worker run on one's own machine prints the rows, too, or why it has none")
    func local() async throws {
        let folder = try TemporaryFolder()
        let library = try await FaultyEngine.build(in: folder)
        func script(_ digest: String) -> String {
            "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1), (2), (3)\n\nhash-threshold 2\n\nquery I nosort\nSELECT a FROM t\n----\n3 values hashing to \(digest)\n"
        }
        // Of "1\n2\n3\n".
        try folder.write(script("c0710d6b4f15dfa88f600b0e6b624077"), to: "a.test")
        try folder.write(script("00000000000000000000000000000000"), to: "b.test")
        let environment = ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path, "FAULTS_RATE": "1", "FAULTS_KIND": "value"]
        func run(_ arguments: String...) async throws -> RunningProgram.Finished {
            try await RunningProgram.run([Programs.worker, "run", "a.test", "b.test", "--engine-library", library] + arguments, environment: environment, in: folder.path)
        }
        let text = try await run()
        #expect(text.code == 1)
        #expect(text.text.contains("a.test:12: wrong result hash; the expected rows are those of sqlite 3."), "\(text)")
        #expect(text.text.contains("    - 1\n    + 2\n      2\n      3\n"), "\(text)")
        #expect(text.text.contains("b.test:12: wrong result hash; the expected rows are not known: sqlite 3."), "\(text)")
        let json = try await run("--json")
        #expect(json.text.contains("the expected rows are those of sqlite 3.") && !json.text.contains("\"rows\""), "\(json)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("slt-run-") })
    }

    /// An external engine: a request that names a file waits until that is there, one that says `touch FILE` makes it, a query gives 1, 3 and 2.
    private static let engine = """
        import json, os, time
        text = ""
        while True:
            try:
                request, end = json.JSONDecoder().raw_decode(text)
            except ValueError:
                more = os.read(0, 65536).decode()
                if not more: break
                text += more
                continue
            text = text[end:].lstrip()
            words = request["sql"].replace(chr(0), "").split()
            while words[0] == "wait" and not os.path.exists(words[1]): time.sleep(0.01)
            if words[0] == "sleep": time.sleep(float(words[1]))
            if words[0] == "touch": open(words[1], "w").close()
            rows = [["1"], ["3"], ["2"]] if words[0] == "SELECT" else []
            os.write(1, json.dumps({"result": rows}).encode())
        """

    private func external(_ arguments: [String], in folder: TemporaryFolder) throws -> RunningProgram {
        try folder.write(Self.engine, to: "engine.py")
        return try RunningProgram([Programs.worker, "run", "--engine", "external", "--engine-command", "exec python3 \(folder.file("engine.py"))"] + arguments,
                                  environment: ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path], in: folder.path)
    }

    @Test("what the rows show is said of the failure, where the hash does not tell it")
    func localKind() async throws {
        let folder = try TemporaryFolder()
        // Of "2\n1\n3\n".
        try folder.write("statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(2), (1), (3)\n\nquery I nosort\nSELECT a FROM t\n----\n3 values hashing to e6539b94c4bba8db1e996632749083aa\n", to: "a.test")
        let run = try await external(["a.test", "--json"], in: folder).finish()
        #expect(run.text.contains("the expected rows are those of sqlite 3."), "\(run)")
        #expect(run.text.contains("\"category\":\"row-order\""), "\(run)")
    }

    @Test("while the failures of one file are explained, others are run and reported")
    func localGoesOn() async throws {
        let folder = try TemporaryFolder()
        // The engine passes over what keeps the replay busy. It sleeps so that the replay may take long.
        let endless = "statement ok\nCREATE TABLE x AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c\n\n"
        try folder.write("statement ok\nsleep 4\n\n" + endless + "query I nosort\nSELECT 1\n----\n3 values hashing to 00000000000000000000000000000000\n", to: "a.test")
        let (go, begun) = (folder.file("go"), folder.file("begun"))
        // Long scripts are run first, so that c is left for whoever is free.
        try folder.write("statement ok\nwait \(go)\n\n# \(String(repeating: "b", count: 1000))\n", to: "b.test")
        try folder.write("statement ok\ntouch \(begun)\n", to: "c.test")
        let program = try external(["b.test", "a.test", "c.test", "-j", "2"], in: folder)
        var replay: Int32 = 0
        #expect(try await eventually {
            replay = processes(naming: "replay").first { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd"))?.hasPrefix(folder.path) == true } ?? 0
            return replay > 0
        })
        try folder.write("", to: "go")
        // The worker that had b takes c, once its result was taken.
        #expect(try await eventually { FileManager.default.fileExists(atPath: begun) })
        #expect(commandLine(replay).contains("replay"), "the replay still runs")
        kill(replay, SIGKILL)
        let run = try await program.finish()
        #expect(run.text.contains("the expected rows are not known: the replay ended before its time"), "\(run)")
        #expect(run.text.contains("3 files: 2 passed, 1 failed; "), "\(run)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("slt-run-") })
    }
}
