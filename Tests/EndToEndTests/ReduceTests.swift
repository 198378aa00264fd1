import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("repro and reduce")
struct ReduceTests {
    /// SQLite with one planted fault, chosen by the variable FAULT.
    private func faults(_ folder: TemporaryFolder) async throws -> String {
        let root = #filePath.firstRange(of: "/Tests/").map { String(#filePath[..<$0.lowerBound]) } ?? ""
        return try await FaultyEngine.compile(String(contentsOfFile: root + "/Benchmarks/Cause/faults.c", encoding: .utf8), to: "faults", in: folder)
    }

    private func project(_ files: [String: String], engine: String) async throws -> Project {
        try await Project(files: files, "[suite]\nfiles = [\"tests/**/*.test\"]\n[engine]\nkind = \"sqlite\"\n\(engine)\n[run]\nworkers = 2\n", isLocal: true)
    }

    /// Some tables with rows, and queries that hold: noise around what fails.
    private static let noise = (0..<30).map { "statement ok\nCREATE TABLE n\($0)(a INTEGER, b TEXT)\n\nstatement ok\nINSERT INTO n\($0) VALUES (\($0), 'x'), (\($0 + 40), 'y')\n\n"
        + "query I rowsort\nSELECT count(*) FROM n\($0)\n----\n2\n\n" }.joined()

    private static let failing = noise + """
        statement ok
        CREATE TABLE t(a INTEGER, b TEXT, c REAL)

        statement ok
        CREATE INDEX i ON t(b)

        statement ok
        INSERT INTO t VALUES (1, 'one', 1.5), (37, 'many', 2.5), (3, 'three', 3.5)

        statement ok
        UPDATE t SET c = c + 1 WHERE b = 'one'

        query IT rowsort
        SELECT a, b FROM t WHERE (a > 0 AND b IS NOT NULL) OR c * 2 < -5 ORDER BY a
        ----
        1
        one
        3
        three
        37
        many

        """

    private func count(_ script: String, _ word: String) -> Int { script.split(separator: "\n").count { $0.hasPrefix(word) } }

    @Test("a failing file becomes a few statements that fail in the same way, and the run is not needed for it")
    func reduces() async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        let project = try await project(["tests/a.test": Self.failing, "tests/b.test": Self.noise], engine: "library = \"\(library)\"\nenvironment = { FAULT = \"value\" }")
        let before = try await project.slt("reduce", "tests/a.test", "-o", "before.test")
        #expect(before.code == 0, "\(before)")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")

        let end = try await project.slt("reduce", "tests/a.test")
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("fewer rows than SQLite 3."), "\(end)")
        let line = Self.failing.split(separator: "\n", omittingEmptySubsequences: false).firstIndex(of: "query IT rowsort").map { $0 + 1 } ?? 0
        let script = try String(contentsOfFile: project.source + "/a-\(line).test", encoding: .utf8)
        #expect(count(script, "statement") == 2 && count(script, "query") == 1, "\(script)")
        #expect(!script.contains("INDEX") && !script.contains("n3"), "\(script)")
        #expect(try String(contentsOfFile: project.source + "/before.test", encoding: .utf8) == script)
        let sql = try String(contentsOfFile: project.source + "/a-\(line).sql", encoding: .utf8)
        #expect(sql.contains("37") && sql.contains("-- right:\n"), "\(sql)")

        // It fails on the faulty engine, and holds on the right one.
        let place = project.source + "/a-\(line).test"
        let bad = try await RunningProgram.run([Programs.worker, "run", "--json", "--engine-library", library, place], environment: project.environment.merging(["FAULT": "value"]) { $1 })
        let good = try await RunningProgram.run([Programs.worker, "run", place], environment: project.environment)
        #expect(bad.code == 1 && good.code == 0, "\(bad) \(good)")
    }

    @Test("a failing record is run again, and what differs from its run is told")
    func reproduces() async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        let settings = { (fault: String) in "library = \"\(library)\"\nenvironment = { FAULT = \"\(fault)\" }" }
        let project = try await project(["tests/a.test": Self.failing], engine: settings("value"))
        #expect(try await project.slt("run").code == 1)
        let same = try await project.slt("repro", "tests/a.test")
        #expect(same.code == 0 && same.text.contains("in the same way as in run"), "\(same)")
        #expect(!same.text.contains("differs"), "\(same)")

        let kept = try await project.slt("repro", "--keep-database", "tests/a.test")
        let database = try #require(kept.text.split(separator: "\n").last?.split(separator: " ").last.map(String.init), "\(kept)")
        #expect(FileManager.default.fileExists(atPath: database), "\(kept)")
        try? FileManager.default.removeItem(atPath: database.split(separator: "/").dropLast().map { "/" + $0 }.joined())

        let text = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(text.replacing("FAULT = \"value\"", with: "FAULT = \"none\""), to: "slt-remote.toml")
        let passes = try await project.slt("repro", "tests/a.test")
        #expect(passes.code == 1 && passes.text.contains("passes here"), "\(passes)")
        #expect(passes.text.contains("the environment is another"), "\(passes)")
        let nothing = try await project.slt("reduce", "tests/a.test", "-o", "nothing.test")
        #expect(nothing.code == 2 && nothing.errors.contains("holds on this engine"), "\(nothing)")
        #expect(!FileManager.default.fileExists(atPath: project.source + "/nothing.test"))
    }

    @Test("an engine that crashes, hangs or fails now and then is reduced as well", arguments: [
        ("crash", "ends its process (SIGSEGV)"), ("hang", "does not end in time"), ("flaky", "now and then"),
    ])
    func signatures(fault: String, words: String) async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        let failing = fault == "flaky" ? Self.failing : Self.noise + """
            statement ok
            CREATE TABLE t(a INTEGER, b TEXT)

            statement ok
            INSERT INTO t VALUES (1, 'one'), (2000000, 'many')

            query IT rowsort
            SELECT a, b FROM t WHERE b <> 'x'
            ----
            1
            one
            2000000
            many

            """
        let line = failing.split(separator: "\n", omittingEmptySubsequences: false).lastIndex { $0.hasPrefix("query") }.map { $0 + 1 } ?? 0
        let project = try await project(["tests/a.test": failing], engine: "library = \"\(library)\"\nenvironment = { FAULT = \"\(fault)\" }")
        let end = try await project.slt("reduce", "tests/a.test:\(line)", "-o", "out.test", "--file-timeout", "10s")
        #expect(end.code == 0 && end.text.contains(words), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script, "statement") + count(script, "query") <= 4, "\(script)")
        #expect(!script.contains("n3"), "\(script)")
    }

    @Test("a failure of 50, 30 or 10 % is reduced, and what is told of it comes from fresh runs of what is left", arguments: [50, 30, 10])
    func flaky(percent: Int) async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        let path = try folder.write(Self.failing, to: "a.test")
        let line = Self.failing.split(separator: "\n", omittingEmptySubsequences: false).firstIndex(of: "query IT rowsort").map { $0 + 1 } ?? 0
        // One try at a time: which of them fail is always the same.
        let end = try await RunningProgram.run([Programs.worker, "reduce", "-j", "1", "--json", "--engine-library", library, "-o", folder.file("out.test"), "\(path):\(line)"], environment: [
            "PATH": "/usr/bin:/bin", "FAULT": "seeded", "FAULT_PERCENT": "\(percent)", "FAULT_COUNTER": folder.file("counter"),
        ], in: folder.path)
        #expect(end.code == 0, "\(end)")
        struct Result: Decodable {
            var statements: Int
            var isMinimal: Bool
            var flakyRate: Double
            var confidence: Double
        }
        let result = try JSONDecoder().decode(Result.self, from: Data(end.output))
        #expect(result.statements <= 4 && result.isMinimal, "\(end)")
        #expect(abs(result.flakyRate - Double(percent) / 100) < 0.25, "\(end)")
        #expect(result.flakyRate > 0 && result.confidence > 0.95, "\(end)")
        let script = try String(contentsOfFile: folder.file("out.test"), encoding: .utf8)
        #expect(script.contains("37") && script.contains("% sure"), "\(script)")
    }

    @Test("without a reference only whole records go, and what the file says is right stays")
    func withoutReference() async throws {
        let wrong = Self.noise + "statement ok\nCREATE TABLE t(a, b)\n\nstatement ok\nINSERT INTO t VALUES (1, 2), (3, 4)\n\nquery I nosort\nSELECT a + b FROM t\n----\n3\n8\n"
        let project = try await project(["tests/a.test": wrong], engine: "")
        let end = try await project.slt("reduce", "tests/a.test")
        #expect(end.code == 0 && end.text.contains("exactly the wrong result") && end.text.contains("the file's"), "\(end)")
        #expect(end.text.contains("INSERT INTO t VALUES (1, 2), (3, 4)\n\nquery I nosort\nSELECT a + b FROM t\n----\n3\n8\n"), "\(end)")
        #expect(count(end.text, "statement") == 2, "\(end)")
    }

    @Test("a record before it that fails, and is not needed for it, is left out")
    func failsBefore() async throws {
        let folder = try TemporaryFolder()
        let library = try await FaultyEngine.build(in: folder)
        let file = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (1)\n\nstatement ok\nCREATE TABLE t(b)\n\nquery I nosort\nSELECT b FROM t\n----\n1\n"
        let project = try await project(["tests/a.test": file], engine: "library = \"\(library)\"")
        let end = try await project.slt("reduce", "tests/a.test:10")
        #expect(end.code == 0, "\(end)")
        #expect(end.text.contains("CREATE TABLE t(a)") && !end.text.contains("CREATE TABLE t(b)"), "\(end)")
    }

    @Test("two queries of one label that disagree are both kept")
    func labels() async throws {
        let file = Self.noise + "statement ok\nCREATE TABLE t(a INTEGER)\n\nstatement ok\nINSERT INTO t VALUES (1), (2)\n\nquery I nosort sum\nSELECT a FROM t\n----\n1\n2\n\n"
            + "query I nosort other\nSELECT a FROM t WHERE a = 1\n----\n1\n\nquery I nosort sum\nSELECT a FROM t WHERE a > 1\n----\n2\n\nstatement ok\nSELECT 1\n"
        let project = try await project(["tests/a.test": file], engine: "")
        let end = try await project.slt("reduce", "tests/a.test", "-o", "out.test")
        #expect(end.code == 0, "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script, "query I nosort sum") == 2 && !script.contains("nosort other") && !script.contains("n3"), "\(script)")
    }

    @Test("when the budget is over, the smallest file so far is written, and the exit code says so")
    func budget() async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        let project = try await project(["tests/a.test": Self.failing], engine: "library = \"\(library)\"\nenvironment = { FAULT = \"value\" }")
        let end = try await project.slt("reduce", "tests/a.test", "--budget", "1ms", "-o", "out.test")
        #expect(end.code == 1 && end.text.contains("not all was tried"), "\(end)")
        #expect(try String(contentsOfFile: project.source + "/out.test", encoding: .utf8).contains("query"))
    }

    @Test("a wrong argument is told with what to do", arguments: [
        (["reduce"], "name a file"), (["repro", "a", "b", "c"], "name one run at most"), (["reduce", "tests/none.test"], "cannot read"), (["repro", "20990101", "tests/a.test"], "cannot find the run"),
        (["reduce", "tests/a.test:99999"], "cannot find a statement"), (["reduce", "--budget", "soon", "tests/a.test"], "--budget"), (["reduce", "--reference", "/no/such.so", "tests/a.test"], "/no/such.so"),
        (["repro", "--shell", "--json", "tests/a.test"], "exclude each other"),
    ])
    func mistakes(arguments: [String], words: String) async throws {
        let project = try await project(["tests/a.test": "query I nosort\nSELECT 1\n----\n2\n"], engine: "")
        let end = try await project.start(arguments).finish()
        #expect([2, 6].contains(end.code) && end.errors.contains(words), "\(end)")
        #expect(end.output.isEmpty)
    }
}
