import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("databases that stay")
struct KeptDatabaseTests {
    private func project(_ files: [String: String], _ engine: String = "[engine]\nkind = \"sqlite\"\n") async throws -> Project {
        try await Project(files: files, "[suite]\nfiles = [\"tests/**/*.test\"]\n[run]\nworkers = 2\n\(engine)", isLocal: true)
    }

    private static func failing(_ word: String) -> String {
        "statement ok\nCREATE TABLE t(a TEXT)\n\nstatement ok\nINSERT INTO t VALUES ('\(word)')\n\nquery I nosort\nSELECT count(*) FROM t\n----\n7\n"
    }

    private func contents(_ path: String) throws -> String { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }

    @Test("a run keeps the databases of files that fail, and of no others, says how to open them, and they go with it")
    func run() async throws {
        let open = "statement ok\nCREATE TABLE t(a TEXT)\n\nstatement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES ('uncommitted')\n\nquery I nosort\nSELECT 1\n----\n2\n"
        let project = try await project(["tests/a.test": Self.failing("kept-words"), "tests/b.test": "query I nosort\nSELECT 1\n----\n1\n", "tests/c.test": open])
        let run = try await project.slt("run", "--keep-database", "--retries", "1")
        #expect(run.code == 1, "\(run)")
        let id = try #require(project.runs().first)
        let folder = "\(project.state)/runs/\(id)/databases"
        let records = Dictionary(uniqueKeysWithValues: try project.records(id, count: 3).map { ($0.file, $0) })
        let kept = try #require(records["tests/a.test"]?.database)
        #expect(kept.open == "sqlite3 \(folder)/\(records["tests/a.test"]?.id ?? -1).sqlite" && kept.note == nil, "\(kept)")
        #expect(records["tests/b.test"]?.database == nil)
        #expect(run.text.contains(kept.open ?? "none"), "\(run)")
        #expect(run.text.contains("databases of 2 failing files stay on local"), "\(run)")
        #expect(try contents("\(folder)/\(records["tests/a.test"]?.id ?? -1).sqlite").contains("kept-words"))
        let inside = try #require(records["tests/c.test"]?.database)
        #expect(inside.note?.contains("inside a transaction") == true, "\(inside)")
        #expect(try contents("\(folder)/\(records["tests/c.test"]?.id ?? -1).sqlite").contains("uncommitted"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasSuffix(".sqlite") } == 2)
        // They stay on the host.
        #expect(!project.exists("\(project.results)/\(id)/databases"))
        let pruned = try await project.slt("prune", "--keep", "0", "--older-than", "0")
        #expect(pruned.code == 0 && !project.exists(folder), "\(pruned)")
    }

    @Test("without being asked, a run keeps none")
    func unasked() async throws {
        let project = try await project(["tests/a.test": Self.failing("x")])
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        let id = try #require(project.runs().first)
        #expect(!project.exists("\(project.state)/runs/\(id)/databases"))
        #expect(try project.records(id, count: 1)[0].database == nil)
    }

    @Test("of many files that fail, the databases of the first ones stay, and it is told that the others do not")
    func many() async throws {
        let count = DatabaseShelf.most + 5
        let project = try await project(Dictionary(uniqueKeysWithValues: (0..<count).map { ("tests/f\($0).test", Self.failing("x")) }))
        let run = try await project.slt("run", "--keep-database")
        #expect(run.code == 1, "\(run)")
        let id = try #require(project.runs().first)
        let databases = try project.records(id, count: count).map(\.database)
        #expect(databases.count { $0?.open != nil } == DatabaseShelf.most)
        #expect(databases.count { $0?.note?.contains("a run keeps those of 20 files") == true } == 5)
        #expect(run.text.contains("warning: databases of 5 failing files were not kept: a run keeps those of 20 files"), "\(run)")
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(project.state)/runs/\(id)/databases")
        #expect(files.count { $0.hasSuffix(".sqlite") } == DatabaseShelf.most)
    }

    /// Answers each statement with its own text.
    private static let echo = #"""
        [engine]
        kind = "external"
        command = ["python3 echo.py"]
        """#
    private static let echoProgram = """
        import json, sys
        seen = 0
        decoder, text = json.JSONDecoder(), ""
        while True:
            data = sys.stdin.buffer.read1(65536).decode()
            if not data: break
            text += data
            while text.strip():
                try: value, end = decoder.raw_decode(text.lstrip())
                except ValueError: break
                text = text.lstrip()[end:]
                seen += 1
                print(json.dumps({"err": "no such thing"} if "nothing" in value["sql"] else {"result": [[str(seen), value["sql"]]]}), flush=True)
        """

    @Test("an engine that is a program of its own keeps none, which is said before anything is started; its own process answers at a prompt")
    func external() async throws {
        let file = "statement ok\nCREATE TABLE t(a)\n\nquery IT nosort\nSELECT 1\n----\n1\nwrong\n\nstatement ok\nSELECT 'behind it'\n"
        let project = try await project(["tests/a.test": file, "echo.py": Self.echoProgram], Self.echo)
        let run = try await project.slt("run", "--keep-database")
        #expect(run.code == 2 && run.errors.contains("cannot keep databases: the engine is a program of its own"), "\(run)")
        #expect(project.runs().isEmpty)
        let kept = try await project.slt("repro", "--keep-database", "tests/a.test:5")
        #expect(kept.code == 2 && kept.errors.contains("--shell asks the program"), "\(kept)")

        try project.write("SELECT 2;\nSELECT\n3;\nnothing;\nSELECT 4", to: "typed")
        let shell = try await RunningProgram.run(["/bin/sh", "-c", "exec \(Programs.client) repro --shell tests/a.test:5 < typed"], environment: project.environment, in: project.source)
        // Two records were run before, up to the one that is meant.
        #expect(shell.text.hasSuffix("3 | SELECT 2;\n4 | SELECT\\n3;\nerror: no such thing\n6 | SELECT 4\n"), "\(shell)")
        #expect(shell.errors.contains("behind the record at line 5"), "\(shell)")
        #expect(shell.code == 0, "\(shell)")

        // Ctrl-C while nobody types.
        let typed = project.folder.file("nobody"), temporary = project.folder.file("temporary")
        try #require(mkfifo(typed, 0o600) == 0)
        let held = open(typed, O_RDWR)
        defer { close(held) }
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        func folders() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: temporary).count { $0.hasPrefix("slt-prompt-") } }
        let waiting = try RunningProgram(["/bin/sh", "-c", "exec \(Programs.client) repro --shell tests/a.test:5 < '\(typed)'"],
                                         environment: project.environment.merging(["TMPDIR": temporary]) { $1 }, in: project.source)
        #expect(try await eventually { waiting.errors.contains("behind the record at line 5") }, "\(waiting.errors)")
        #expect(try folders() == 1)
        waiting.signal(SIGINT)
        let end = try await waiting.finish()
        #expect(try end.code == 128 + SIGINT && folders() == 0, "\(end)")
    }

    @Test("repro keeps a database with what a transaction has changed that the file leaves open, and says so")
    func transaction() async throws {
        let open = "statement ok\nCREATE TABLE t(a TEXT)\n\nstatement ok\nBEGIN\n\nstatement ok\nINSERT INTO t VALUES ('uncommitted')\n\nquery I nosort\nSELECT 1\n----\n2\n"
        let project = try await project(["tests/a.test": open])
        let kept = try await project.slt("repro", "--keep-database", "tests/a.test")
        #expect(kept.text.contains("inside a transaction"), "\(kept)")
        let database = try #require(kept.text.split(separator: "\n").last?.split(separator: " ").last.map(String.init), "\(kept)")
        #expect(try contents(database).contains("uncommitted"))
        try? FileManager.default.removeItem(atPath: database.split(separator: "/").dropLast().map { "/" + $0 }.joined())
    }

    @Test("on PostgreSQL the databases stay on the server as long as the run is there, and repro opens psql")
    func postgres() async throws {
        let project = try await project([:])
        try await ProjectPostgres.serving(project) { server in
            try project.write(Self.failing("kept-words"), to: "tests/kept.test")
            try project.write("query I nosort\nSELECT 1\n----\n1\n", to: "tests/other.test")
            let text = try contents(project.source + "/slt-remote.toml")
            try project.write(text.replacing("[engine]\nkind = \"sqlite\"\n", with: server.settings.replacing(" dbname", with: " password=secret-words dbname")), to: "slt-remote.toml")
            let run = try await project.slt("run", "--keep-database")
            #expect(run.code == 1, "\(run)")
            let id = try #require(project.runs().first)
            let commands = try project.records(id, count: 2).compactMap { $0.database?.open }
            let command = try #require(commands.first, "\(run)")
            #expect(command.hasPrefix("psql -h \(server.folder) -p 5432 -U slt -d slt_kept_"), "\(command)")
            #expect(run.text.contains(command) && !run.text.contains("secret-words"), "\(run)")
            let look = try await RunningProgram.run(["/bin/sh", "-c", command + " -X -A -t -c 'SELECT a FROM t'"], environment: ["PATH": "/usr/bin:/bin"])
            #expect(look.text == "kept-words\n", "\(look)")
            func names() async throws -> [String] { try await server.values("SELECT datname FROM pg_database WHERE datname LIKE 'slt\\_%'") }
            #expect(try await names().count == 1)
            // Another run looks for what nobody needs any more.
            #expect(try await project.slt("run", "tests/other.test").code == 0)
            #expect(try await names().count == 1)
            #expect(try await project.slt("prune", "--keep", "0", "--older-than", "0").code == 0)
            #expect(try await project.slt("run", "tests/other.test").code == 0)
            #expect(try await names().isEmpty)

            try project.write("SELECT a FROM t;\n", to: "typed")
            let shell = try await RunningProgram.run(["/bin/sh", "-c", "exec \(Programs.client) repro --shell tests/kept.test < typed"],
                                                     environment: project.environment, in: project.source)
            #expect(shell.text.contains("kept-words") && shell.text.contains("it stays on the server until somebody drops slt_kept_"), "\(shell)")
            #expect(try await names().count == 1)
            for name in try await names() { _ = try await server.values("DROP DATABASE \(name)") }

            // A repro that is cut off leaves none: at once, or when the next one looks for what killed processes have left.
            try project.write("statement ok\nCREATE TABLE t(a TEXT)\n\nstatement ok\nSELECT pg_sleep(10000)\n", to: "tests/long.test")
            for number in [SIGTERM, SIGKILL] {
                let client = try project.start(["repro", "--keep-database", "tests/long.test"])
                #expect(try await eventually { try await server.values("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(10000)%' AND pid <> pg_backend_pid()") == ["1"] })
                let diagnosing = processes(naming: "\0diagnose").filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == project.source }
                #expect(!diagnosing.isEmpty)
                for process in diagnosing { kill(process, number) }
                _ = try await client.finish()
                if number == SIGKILL { #expect(try await project.slt("run", "tests/other.test").code == 0) }
                #expect(try await eventually { try await names().isEmpty }, "after signal \(number)")
            }
        }
    }
}
