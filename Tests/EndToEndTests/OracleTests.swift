import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("reductions by a predicate, and a predicate for other reducers")
struct OracleTests {
    private func worker(_ arguments: String..., in folder: TemporaryFolder) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.worker] + arguments, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": folder.path], in: folder.path)
    }

    @discardableResult
    private func script(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
        let path = try folder.write("#!/bin/sh\n" + text, to: name)
        chmod(path, 0o755)
        return path
    }

    private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Of no dialect that we run, among much else.
    private static let foreign = (0..<40).map { "statement ok\nCREATE TABLE t\($0)(a INTEGER)\n\nquery I rowsort\nSELECT a FROM t\($0)\n----\n1\n\n" }.joined()
        + "loop i 0 10\n\nonlyif thing\nquery I sometimes label\nSELECT needle, b FROM haystack WHERE c IN (1, 2, 3) AND d\n----\nexpected\n\nendloop\n\nstatement ok\nDROP TABLE t1\n"

    @Test("what a command takes is what is left, with the path as its argument in a folder of its own, and SQL beside it; no engine is asked")
    func takes() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.foreign, to: "a.test")
        try script("[ $# = 1 ] || exit 9\n[ \"$(dirname \"$1\")\" = \"$PWD\" ] || exit 9\n[ -z \"$(ls | grep -v '^a\\.')\" ] || exit 9\n[ -e \"${1%.test}.sql\" ] || exit 9\ngrep -q needle \"$1\" && touch left-over\n", "check.sh", in: folder)
        let end = try await worker("reduce", "--oracle", "./check.sh", "a.test", in: folder)
        #expect(end.code == 0, "\(end)")
        let left = text(folder.file("a-reduced.test"))
        #expect(left.hasPrefix("# Reduced from a.test.\n") && left.contains("onlyif thing\nquery I sometimes label\n"), "\(left)")
        #expect(!left.contains("CREATE") && !left.contains("loop") && !left.contains("IN ("), "\(left)")
        #expect(text(folder.file("a-reduced.sql")).contains("needle"))
        let rest = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !["a.test", "check.sh", "a-reduced.test", "a-reduced.sql"].contains($0) }
        #expect(rest.isEmpty, "\(rest)")
    }

    @Test("plain SQL is reduced as well")
    func plain() async throws {
        let folder = try TemporaryFolder()
        try folder.write("CREATE TABLE a(x);\nCREATE TRIGGER r AFTER INSERT ON a BEGIN DELETE FROM a; SELECT 'needle'; END;\nINSERT INTO a VALUES (';');\n", to: "b.sql")
        let end = try await worker("reduce", "--oracle", "grep -q needle", "-o", "out.test", "b.sql", in: folder)
        #expect(end.code == 0, "\(end)")
        let left = text(folder.file("out.sql"))
        #expect(left.contains("needle") && !left.contains("INSERT INTO"), "\(left)")
    }

    @Test("a file that is not interesting, or a command that does not end, is told", arguments: [
        ("exit 3", "leaves with exit code 3"), ("sleep 3141.5", "does not end in 1 s"), ("no-such-program", "leaves with exit code 127"),
    ])
    func refused(command: String, words: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n", to: "a.test")
        let program = try script(command + "\n", "check.sh", in: folder)
        let end = try await worker("reduce", "--oracle", program, "--timeout", "1s", "a.test", in: folder)
        #expect(end.code == 2 && end.errors.contains(words), "\(end)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("a-reduced.test")))
        #expect(processes(naming: program).isEmpty)
    }

    @Test("a command ends with all that it has started, also in other sessions")
    func descendants() async throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n\nstatement ok\nSELECT needle\n", to: "a.test")
        let sleeper = try script("sleep 2718.2\n", "sleeper.sh", in: folder)
        let program = try script("setsid \(sleeper) &\n(\(sleeper) &)\ngrep -q needle \"$1\"\n", "check.sh", in: folder)
        let end = try await worker("reduce", "--oracle", program, "a.test", in: folder)
        #expect(end.code == 0, "\(end)")
        #expect(processes(naming: sleeper).isEmpty)
    }

    @Test("a reduction that is ended ends its commands with all that they have started, also when it is killed", arguments: [SIGINT, SIGTERM, SIGKILL])
    func signals(number: Int32) async throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n\nstatement ok\nSELECT needle\n", to: "a.test")
        let sleeper = try script("sleep 1618.3\n", "sleeper.sh", in: folder)
        // The whole file is interesting; of all others it is never known.
        let program = try script("[ -e \(folder.file("gate")) ] || { touch \(folder.file("gate")); exit 0; }\nsetsid \(sleeper) &\n\(sleeper)\n", "check.sh", in: folder)
        let reduction = try RunningProgram([Programs.worker, "reduce", "--oracle", program, "-j", "2", "a.test"], environment: ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path], in: folder.path)
        let isBegun = try await eventually { processes(naming: sleeper).count >= 2 || reduction.hasEnded }
        #expect(isBegun && !reduction.hasEnded, "\(reduction.errors)")
        reduction.signal(number)
        #expect(try await reduction.finish().code == -number)
        let gone = try await eventually { processes(naming: sleeper).isEmpty && processes(naming: program).isEmpty }
        #expect(gone)
        #expect(text(folder.file("a-reduced.test")).contains("SELECT 1"))
        // The next one goes on from there.
        try script("grep -q needle \"$1\"\n", "check.sh", in: folder)
        let next = try await worker("reduce", "--oracle", program, "a.test", in: folder)
        #expect(next.code == 0 && next.text.contains("It went on from the 2 records"), "\(next)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("slt-reduce-") && !$0.hasSuffix(".reduction") })
    }

    @Test("the file that is reduced is never written, nor what is there of somebody else's, nor the reproducer of another file of its name")
    func othersFiles() async throws {
        let folder = try TemporaryFolder()
        let sql = "CREATE TABLE a(x);\nSELECT 'needle';\n"
        try folder.write(sql, to: "x.sql")
        let input = try await worker("reduce", "--oracle", "grep -q needle", "-o", "x.test", "x.sql", in: folder)
        #expect(input.code == 2 && input.errors.contains("cannot write x.sql: it is the file that is reduced"), "\(input)")
        #expect(text(folder.file("x.sql")) == sql)
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.test")))

        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
            try folder.write(Self.foreign, to: "\(name)/y.test")
        }
        try folder.write("SELECT 'mine';\n", to: "y-reduced.sql")
        let foreign = try await worker("reduce", "--oracle", "grep -q needle", "a/y.test", in: folder)
        #expect(foreign.code == 2 && foreign.errors.contains("cannot write y-reduced.sql: another file is there"), "\(foreign)")
        #expect(text(folder.file("y-reduced.sql")) == "SELECT 'mine';\n")
        try FileManager.default.removeItem(atPath: folder.file("y-reduced.sql"))

        #expect(try await worker("reduce", "--oracle", "grep -q needle", "a/y.test", in: folder).code == 0)
        let other = try await worker("reduce", "--oracle", "grep -q needle", "b/y.test", in: folder)
        #expect(other.code == 2 && other.errors.contains("it was reduced from a/y.test."), "\(other)")
        #expect(try await worker("reduce", "--oracle", "grep -q needle", "./a/y.test", in: folder).code == 0)
    }

    @Test("a device gets the result alone, and nothing is written beside it")
    func device() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.foreign, to: "a.test")
        let end = try await worker("reduce", "--oracle", "grep -q needle", "-o", "/dev/stdout", "--json", "a.test", in: folder)
        #expect(end.code == 0 && end.text.hasPrefix("# Reduced from a.test.\n"), "\(end)")
        #expect(end.text.ranges(of: "# Reduced from").count == 1, "\(end)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.test"])
    }

    @Test("a secret in the command is not written")
    func secrets() async throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n\nstatement ok\nSELECT needle\n", to: "a.test")
        try script("grep -q needle \"$2\"\n", "check.sh", in: folder)
        let end = try await worker("reduce", "--oracle", "./check.sh --password=hunter2hunter2", "a.test", "--budget", "1ms", in: folder)
        let rest = try FileManager.default.contentsOfDirectory(atPath: folder.path).map { text(folder.file($0)) }.joined()
        #expect(!(end.text + end.errors + rest).contains("hunter2"), "\(end) \(rest)")
        #expect((end.text + end.errors).contains("***"), "\(end)")
    }

    @Test("an exit code of the command's own is no time-out")
    func ownExitCode() async throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nSELECT 1\n", to: "a.test")
        let end = try await worker("reduce", "--oracle", "exit 124;", "--timeout", "600s", "a.test", in: folder)
        #expect(end.code == 2 && end.errors.contains("leaves with exit code 124"), "\(end)")
        let absent = try await worker("reduce", "--oracle", "/nowhere/check.sh", "a.test", in: folder)
        #expect(absent.code == 2 && absent.errors.contains("the program of '/nowhere/check.sh' was not found"), "\(absent)")
    }

    @Test("bytes that are no UTF-8 are written as they were tried, and gone on with")
    func bytes() async throws {
        let folder = try TemporaryFolder()
        let bytes = Array("statement ok\nSELECT 1\n\nstatement ok\nSELECT '".utf8) + [0xE9] + Array("needle'\n".utf8)
        try Data(bytes).write(to: URL(filePath: folder.file("a.test")))
        let program = try script("LC_ALL=C grep -q \"$(printf '\\351')needle\" \"$1\"\n", "check.sh", in: folder)
        for _ in 0..<2 {
            let end = try await worker("reduce", "--oracle", program, "a.test", in: folder)
            #expect(end.code == 0, "\(end)")
            #expect(FileManager.default.contents(atPath: folder.file("a-reduced.test"))?.contains(0xE9) == true)
            #expect(FileManager.default.contents(atPath: folder.file("a-reduced.sql"))?.contains(0xE9) == true)
        }
    }

    @Test("slt-remote asks a command, too, and options that do not go with it are refused")
    func client() async throws {
        let project = try await Project(files: ["tests/a.test": Self.foreign], "", isLocal: true)
        let end = try await project.slt("reduce", "--oracle", "grep -q needle", "tests/a.test")
        #expect(end.code == 0 && end.text.contains("'grep -q needle' takes it"), "\(end)")
        #expect(text(project.source + "/a-reduced.test").contains("needle"))
        // The next one would overwrite it only in vain.
        try project.write("mine", to: "a-reduced.sql")
        let taken = try await project.slt("reduce", "--oracle", "grep -q needle", "tests/a.test")
        #expect(taken.code == 2 && taken.errors.contains("cannot write a-reduced.sql: another file is there"), "\(taken)")
        #expect(text(project.source + "/a-reduced.sql") == "mine")
        let both = try await project.slt("reduce", "--oracle", "true", "--reference", "none", "tests/a.test")
        #expect(both.code == 2 && both.errors.contains("exclude each other"), "\(both)")
        let line = try await project.slt("reduce", "--oracle", "true", "tests/a.test:4")
        #expect(line.code == 2 && line.errors.contains("name tests/a.test without :4"), "\(line)")
    }

    // MARK: for others

    private static let failing = "statement ok\nCREATE TABLE t(a, b)\n\nstatement ok\nCREATE TABLE u(a)\n\nstatement ok\nINSERT INTO t VALUES (1, 2), (37, 4)\n\n"
        + "query I rowsort\nSELECT count(*) FROM u\n----\n0\n\nquery I rowsort\nSELECT a FROM t\n----\n1\n37\n\nstatement ok\nDROP TABLE t\n"

    private func faults(_ folder: TemporaryFolder) async throws -> String {
        let root = #filePath.firstRange(of: "/Tests/").map { String(#filePath[..<$0.lowerBound]) } ?? ""
        return try await FaultyEngine.compile(String(contentsOfFile: root + "/Benchmarks/Cause/faults.c", encoding: .utf8), to: "faults", in: folder)
    }

    @Test("a smaller file that fails in the same way leaves with 0, any other with 1, a mistake with 2")
    func same() async throws {
        let folder = try TemporaryFolder()
        let library = try await faults(folder)
        try folder.write(Self.failing, to: "a.test")
        func judged(_ candidate: String, _ name: String = "candidate.test") async throws -> RunningProgram.Finished {
            let path = try folder.write(candidate, to: name)
            return try await RunningProgram.run([Programs.worker, "same", folder.file("a.test") + ":17", path, "--engine-library", library, "--signature", folder.file("known")],
                                                environment: ["PATH": "/usr/bin:/bin", "FAULT": "value"], in: folder.path)
        }
        for (candidate, code, words) in [
            (Self.failing, 0, "same way"),
            ("statement ok\nCREATE TABLE x(y)\n\nstatement ok\nINSERT INTO x VALUES (137)\n\nquery I nosort\nSELECT y FROM x\n----\n137\n", 0, "same way"),
            ("statement ok\nCREATE TABLE t(a)\n\nquery I nosort\nSELECT a FROM t\n----\n37\n", 1, "passes"),
            // A table that is missing is another failure: both refuse it.
            ("statement ok\nINSERT INTO t VALUES (37)\n\nquery I nosort\nSELECT a FROM t\n----\n37\n", 1, "way"),
            ("\u{0}\u{1} nothing", 1, "read"),
            // A run of it would fail otherwise.
            ("statement 0\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (37)\n\nquery I nosort\nSELECT a FROM t\n----\n37\n", 1, "read"),
            ("statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (37)\n\nquery I 0\nSELECT a FROM t\n----\n37\n", 1, "read"),
        ] as [(String, Int32, String)] {
            let end = try await judged(candidate)
            #expect(end.code == code, "\(candidate) \(end)")
            if code == 0 || words != "way" { #expect(end.text.contains(words), "\(candidate) \(end)") }
        }
        let known = text(folder.file("known"))
        #expect(known.contains("signature"), "\(known)")
        #expect(try await judged("CREATE TABLE t(a, b);\nINSERT INTO t VALUES (37, 1);\nSELECT a, b FROM t;\n", "c.sql").code == 0)
        #expect(try await judged("SELECT 1;\n", "c.sql").code == 1)
        // Another file has another signature.
        try folder.write("\n" + Self.failing, to: "a.test")
        #expect(try await judged(Self.failing).code == 0)
        #expect(text(folder.file("known")) != known)
        let none = try await worker("same", "a.test:17", "none.test", in: folder)
        #expect(none.code == 2, "\(none)")
    }

    @Test("where nobody knows what is right for other SQL, only whole records may be gone")
    func exact() async throws {
        let folder = try TemporaryFolder()
        let start = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (1)\n\n", query = "query I nosort\nSELECT a FROM t\n----\n2\n"
        try folder.write(start + "statement ok\nCREATE TABLE u(a)\n\n" + query, to: "a.test")
        for (candidate, code) in [(start + query, 0), (query, 1), (start + "query I nosort\nSELECT 1\n----\n2\n", 1), ("statement ok\nCREATE TABLE t(a)\n\n" + query, 1)] as [(String, Int32)] {
            try folder.write(candidate, to: "c.test")
            let end = try await worker("same", "a.test", "c.test", in: folder)
            #expect(end.code == code, "\(candidate) \(end)")
        }
    }
}
