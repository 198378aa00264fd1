import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("slt-worker run, on a laptop")
struct LocalRunTests {
    private let folder: TemporaryFolder
    private let environment: [String: String]

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("tmp"), withIntermediateDirectories: true)
        environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": folder.file("tmp")]
    }

    private func run(_ arguments: String...) async throws -> RunningProgram.Finished {
        try await RunningProgram.run([Programs.worker, "run"] + arguments, environment: environment, in: folder.path)
    }

    /// Nothing is left in the folder of temporary files.
    private func expectTidy(_ location: SourceLocation = #_sourceLocation) throws {
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("tmp")) == [], sourceLocation: location)
    }

    private static let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"

    @Test("a file that loops is ended at its time, names the record it was on, and the others run")
    func loops() async throws {
        try folder.write("statement ok\nSELECT 1\n\nquery I\n\(Self.endless) SELECT count(*) FROM c\n----\n1\n", to: "loop.test")
        try folder.write("query I\nSELECT 1\n----\n1\n", to: "good.test")
        let run = try await run("loop.test", "good.test", "good.test", "--file-timeout", "4s")
        #expect(run.code == 1)
        #expect(run.text.contains("loop.test:4: timeout: ended after 4 s at line 4, record 2\n"), "\(run)")
        #expect(run.text.contains("3 files: 2 passed, 0 failed, 1 timeout; "), "\(run)")
        try expectTidy()
    }

    @Test("a file that eats memory is out of memory, and the next one has all of it again")
    func eats() async throws {
        try folder.write("statement ok\nCREATE TABLE t(x)\n\nstatement ok\nINSERT INTO t \(Self.endless) SELECT zeroblob(1000000) FROM c\n", to: "eat.test")
        try folder.write("query I\nSELECT length(randomblob(100000000))\n----\n100000000\n", to: "good.test")
        let run = try await run("--json", "eat.test", "good.test", "--memory", "400M")
        #expect(run.text.contains("\"outcome\":\"out-of-memory\""), "\(run)")
        #expect(run.text.contains("\"line\":4"), "\(run)")
        #expect(run.text.contains("\"outcome\":\"pass\""), "\(run)")
    }

    @Test("a query whose step finds no memory is out of memory, though other errors of steps are not seen")
    func noMemoryInStep() async throws {
        try folder.write("statement ok\nSELECT 1\n\nquery T\nSELECT hex(zeroblob(400000000))\n----\n", to: "eat.test")
        let run = try await run("--json", "eat.test", "--memory", "400M")
        #expect(run.text.contains("\"outcome\":\"out-of-memory\""), "\(run)")
        #expect(run.text.contains("\"line\":4"), "\(run)")
    }

    @Test("a command that kills the process it runs for crashes the file, names its record, and the rest goes on", arguments: ["1", "4"])
    func killedByCommand(jobs: String) async throws {
        try folder.write("statement ok\nSELECT 1\n\nsystem ok\nkill -SEGV $PPID; sleep 99\n\nstatement ok\nSELECT 1\n", to: "kill.slt")
        try folder.write("statement ok\nSELECT 1\n\nsystem ok\nkill -STOP $PPID; sleep 99\n", to: "stop.slt")
        try folder.write("include kill.slt\n", to: "include.slt")
        try folder.write("statement ok\nSELECT 1\n", to: "good.slt")
        let run = try await run("--dialect", "rs", "-j", jobs, "kill.slt", "good.slt", "stop.slt", "include.slt", "good.slt", "--file-timeout", "6s")
        #expect(run.text.contains("kill.slt:4: crashed: killed by SIGSEGV at line 4, record 2\n"), "\(run)")
        #expect(run.text.contains("stop.slt:4: timeout: ended after 6 s at line 4, record 2\n"), "\(run)")
        #expect(run.text.contains("include.slt:1: crashed: killed by SIGSEGV at line 1, record 2\n"), "\(run)")
        #expect(run.text.contains("5 files: 2 passed, 0 failed, 1 timeout, 2 crashed; "), "\(run)")
        try expectTidy()
    }

    @Test("a program behind the engine that takes too much memory is ended with all it started")
    func watchesMemory() async throws {
        let marker = "\(UInt64.random(in: 1_000_000_000...9_999_999_999))"
        try folder.write("statement ok\nx\n", to: "a.test")
        let run = try await run("a.test", "--engine", "external", "--memory", "100M", "--file-timeout", "400s", "--engine-command",
                                "sleep 6000.\(marker) & exec python3 -c 'import time; x = bytearray(300 << 20); time.sleep(500)'")
        #expect(run.text.contains("a.test:1: out of memory: it took more than 100 MB at line 1, record 1\n"), "\(run)")
        #expect(processes(naming: marker) == [])
    }

    @Test("an engine that ends the process crashes the file, or is out of memory when it says so", arguments: [
        ("read -rn 1 || exit; kill -SEGV $PPID; sleep 99", "crashed: killed by SIGSEGV at line 3, record 2"),
        ("read -rn 1 || exit; echo 'memory allocation of 99999999999 bytes failed' >&2; kill -ABRT $PPID; sleep 99", "out of memory: killed by SIGABRT at line 3, record 2"),
    ])
    func crashes(command: String, message: String) async throws {
        try folder.write("hash-threshold 1\n\nstatement ok\nx\n", to: "a.test")
        let run = try await run("a.test", "--engine", "external", "--engine-command", command)
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("a.test:3: \(message)\n"), "\(run)")
        try expectTidy()
    }

    @Test("each file has a working folder of its own, and leaves nothing behind")
    func workingFolder() async throws {
        let text = "statement ok\nATTACH 'other.db' AS o\n\nstatement ok\nCREATE TABLE o.t(x)\n"
        for name in ["a", "b", "c"] { try folder.write(text, to: "\(name).test") }
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let run = try await run("a.test", "b.test", "c.test", "-j2")
        #expect(run.code == 0, "\(run)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before.sorted())
        try expectTidy()
    }

    @Test("the external engine starts where the user is, so that its command line may name files")
    func externalFolder() async throws {
        try folder.write("exec python3 -c 'print(\"{\\\"result\\\":[[\\\"1\\\"]]}\")'\n", to: "engine.sh")
        try folder.write("query I\nSELECT 1\n----\n1\n", to: "a.test")
        let run = try await run("a.test", "--engine", "external", "--engine-command", "bash ./engine.sh")
        #expect(run.code == 0, "\(run)")
    }

    @Test("files run at once are reported in the order in which they were given")
    func jobs() async throws {
        var names: [String] = []
        for index in 0..<20 {
            names.append("\(index).test")
            try folder.write("query I\nSELECT \(index)\n----\n\(index % 7 == 3 ? -1 : index)\n", to: "\(index).test")
        }
        let program = [Programs.worker, "run"] + names
        let alone = try await RunningProgram.run(program, environment: environment, in: folder.path)
        let together = try await RunningProgram.run(program + ["-j", "4"], environment: environment, in: folder.path)
        func lines(_ text: String) -> [Substring] { text.split(separator: "\n").dropLast() }
        #expect(alone.code == 1)
        #expect(together.code == 1)
        #expect(lines(alone.text) == lines(together.text))
        #expect(together.text.contains("20 files: 17 passed, 3 failed; 20 tests in "))
    }

    @Test("a run that is interrupted ends its workers and leaves nothing behind", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let name = "loop-\(UInt64.random(in: 1...UInt64.max)).test"
        try folder.write("query I\n\(Self.endless) SELECT count(*) FROM c\n----\n1\n", to: name)
        let program = try RunningProgram([Programs.worker, "run", name], environment: environment, in: folder.path)
        #expect(try await eventually { processes(naming: name).count == 2 })
        program.signal(signal)
        #expect(try await program.finish().code == -signal)
        #expect(try await eventually { processes(naming: name).isEmpty })
        try expectTidy()
    }

    @Test("a run that is interrupted tells what has finished, also behind a file that has not, in every report", arguments: [SIGINT, SIGTERM, SIGHUP])
    func interruptedTellsResults(signal: Int32) async throws {
        let name = "loop-\(UInt64.random(in: 1...UInt64.max)).test"
        try folder.write("query I\n\(Self.endless) SELECT count(*) FROM c\n----\n1\n", to: name)
        try folder.write("system ok\n: > \(folder.path)/$__NOW__.done\n", to: "good.slt")
        let arguments = [Programs.worker, "run", "--dialect", "rs", "--json", "--junit", "j.xml", "-j", "2", name] + Array(repeating: "good.slt", count: 20)
        try folder.write("control substitution on\n\nsystem ok\n: > \(folder.path)/$__NOW__.done\n\nstatement ok\nSELECT 1\n", to: "good.slt")
        let program = try RunningProgram(arguments, environment: environment, in: folder.path)
        #expect(try await eventually { try FileManager.default.contentsOfDirectory(atPath: folder.path).count { $0.hasSuffix(".done") } == 20 })
        #expect(try await eventually { processes(naming: name).count == 3 })
        program.signal(signal)
        let run = try await program.finish()
        #expect(run.code == -signal)
        // The last one may have been on its way.
        #expect((19...20).contains(run.text.split(separator: "\n").count { $0.contains("\"outcome\":\"pass\"") }), "\(run)")
        #expect(!run.text.contains(name), "\(run)")
        #expect(try String(contentsOfFile: folder.file("j.xml"), encoding: .utf8).split(separator: "<testcase").count >= 20)
        try expectTidy()
    }

    @Test("a signal that is ignored when the run begins stays ignored, as under nohup")
    func nohup() async throws {
        let name = "loop-\(UInt64.random(in: 1...UInt64.max)).test"
        try folder.write("query I\n\(Self.endless) SELECT count(*) FROM c\n----\n1\n", to: name)
        let line = "trap '' HUP; exec \"$0\" run \"$1\""
        let program = try RunningProgram(["/bin/sh", "-c", line, Programs.worker, name], environment: environment, in: folder.path)
        #expect(try await eventually { processes(naming: name).count == 2 })
        program.signal(SIGHUP)
        program.signal(SIGTERM)
        #expect(try await program.finish().code == -SIGTERM)
    }

    @Test("names of files may be any bytes: they run, include, are recorded, and stand in reports so that they can be had back")
    func rawNames() async throws {
        let script = """
            set -e
            mkdir -p $'d\\xfe/p'
            printf 'query I\\nSELECT 1\\n----\\n1\\n' > $'a\\xff.slt'
            printf 'query I\\nSELECT 1\\n----\\n2\\n' > $'d\\xfe/p/b.part'
            printf 'include p/*.part\\n' > $'d\\xfe/m.slt'
            "$1" run --dialect rs --json --junit j.xml $'a\\xff.slt' $'d\\xfe/m.slt' $'none\\xfd.slt' || echo $?
            "$1" run --dialect rs --record $'d\\xfe/m.slt'
            cat $'d\\xfe/p/b.part'
            """
        let run = try await RunningProgram.run(["/bin/bash", "-c", script, "bash", Programs.worker], environment: environment, in: folder.path)
        #expect(run.code == 0, "\(run)")
        #expect(run.text.contains(#""file":"a\\xff.slt","outcome":"pass""#), "\(run)")
        #expect(run.text.contains(#"d\\xfe/p/b.part","#), "\(run)")
        #expect(run.text.contains(#""file":"d\\xfe/m.slt","outcome":"fail""#), "\(run)")
        #expect(run.errors.contains(#"none\xfd.slt: cannot read "#), "\(run)")
        #expect(run.text.contains("\n2\n"), "\(run)")
        #expect(run.text.hasSuffix("----\n1\n"), "\(run)")
        #expect(try String(contentsOfFile: folder.file("j.xml"), encoding: .utf8).contains(#"name="a\xff_slt""#))
    }

    @Test("workers end with a parent that is killed")
    func killedParent() async throws {
        let name = "loop-\(UInt64.random(in: 1...UInt64.max)).test"
        try folder.write("query I\n\(Self.endless) SELECT count(*) FROM c\n----\n1\n", to: name)
        let program = try RunningProgram([Programs.worker, "run", name], environment: environment, in: folder.path)
        #expect(try await eventually { processes(naming: name).count == 2 })
        program.signal(SIGKILL)
        #expect(try await eventually { processes(naming: name).isEmpty })
    }

    @Test("arguments that make no sense are named", arguments: [
        (["--engine", "mysql"], "--engine must be"), (["--dialect", "mysql"], "dialect"), (["-j", "0"], "--jobs must be"), (["--file-timeout", "soon"], "--file-timeout must be"),
        (["--memory", "lots"], "--memory must be"), (["--memory", "400"], "--memory must be"), (["--ht=-1"], "--ht must be"), (["--record", "--format"], "choose one"), (["--engine", "external"], "needs --engine-command"),
        (["--engine", "postgres", "--database", "x"], "go with --engine sqlite"), (["--dialect", "duckdb", "--record"], "do not support the duckdb dialect"), (["--color", "red"], "color"),
    ])
    func arguments(_ arguments: [String], _ words: String) async throws {
        let run = try await RunningProgram.run([Programs.worker, "run", "a.test"] + arguments, environment: environment, in: folder.path)
        #expect(run.code == 64, "\(run)")
        #expect(run.errors.contains(words), "\(run)")
    }

    @Test("a file that is not there is exit code 2 and an engine that cannot be loaded 6, and both say so")
    func unreadable() async throws {
        try folder.write("halt\n", to: "a.test")
        let missing = try await run("none.test", "a.test")
        #expect(missing.code == 2, "\(missing)")
        #expect(missing.errors.contains("none.test: cannot read "), "\(missing)")
        #expect(missing.text.contains("2 files: 1 passed, 0 failed, 1 not run"), "\(missing)")
        let library = try await run("a.test", "--engine-library", "/none.so")
        #expect(library.code == 6, "\(library)")
        #expect(library.errors.contains("slt-worker: cannot load /none.so: "), "\(library)")
    }
}
