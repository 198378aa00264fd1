import FoundationEssentials
import TestSupport
import Testing

/// Engines that are programs of the user's: one that runs SQL, and one that runs whole files.
@Suite("repro and reduce on programs")
struct ReduceProgramTests {
    private func project(_ files: [String: String], _ engine: String, more: [String: String] = [:]) async throws -> Project {
        try await Project(files: files.merging(more) { $1 }, "[suite]\nfiles = [\"tests/**/*.test\"]\n[engine]\n\(engine)\n[run]\nworkers = 2\n", isLocal: true)
    }

    private func count(_ script: String) -> Int { script.split(separator: "\n").count { $0.hasPrefix("statement") || $0.hasPrefix("query") } }

    private func line(_ script: String, _ word: String) -> Int { script.split(separator: "\n", omittingEmptySubsequences: false).lastIndex { $0.hasPrefix(word) }.map { $0 + 1 } ?? 0 }

    /// Python's sqlite3 behind the protocol of external engines, with one planted fault that depends on the values in a result.
    private static let shim = #"""
        import json, os, random, signal, sqlite3, sys, time

        fault = sys.argv[1]
        database = sqlite3.connect(":memory:", isolation_level=None)

        def answer(sql):
            try:
                rows = [["NULL" if value is None else str(value) for value in row] for row in database.execute(sql).fetchall()]
            except (sqlite3.Error, sqlite3.Warning) as error:
                return {"err": str(error)}
            values = [value for row in rows for value in row]
            if "2000000" in values:
                if fault == "crash":
                    # Another fault is never far.
                    os.kill(os.getpid(), signal.SIGSEGV if "1" in values else signal.SIGABRT)
                if fault == "exit":
                    os._exit(7)
                if fault == "hang":
                    time.sleep(1000)
                if fault == "value":
                    rows = [["2000001" if value == "2000000" else value for value in row] for row in rows]
                if fault == "first":
                    rows = rows[1:]
            if fault == "flaky" and random.random() < 0.3:
                rows = [row for row in rows if "2000000" not in row]
            return {"result": rows}

        decoder, text = json.JSONDecoder(), ""
        while True:
            chunk = os.read(0, 65536)
            if not chunk:
                break
            text += chunk.decode()
            while text.strip():
                try:
                    request, end = decoder.raw_decode(text)
                except ValueError:
                    break
                text = text[end:]
                sys.stdout.write(json.dumps(answer(request["sql"])))
                sys.stdout.flush()
        """#

    private static let noise = (0..<12).map { "statement ok\nCREATE TABLE n\($0)(a INTEGER, b TEXT)\n\nstatement ok\nINSERT INTO n\($0) VALUES (\($0), 'x'), (\($0 + 40), 'y')\n\n"
        + "query I rowsort\nSELECT count(*) FROM n\($0)\n----\n2\n\n" }.joined()

    private static let failing = noise + """
        statement ok
        CREATE TABLE t(a INTEGER, b TEXT)

        statement ok
        INSERT INTO t VALUES (1, 'one'), (30, 'some'), (2000000, 'many')

        query IT rowsort
        SELECT a, b FROM t WHERE b <> 'x'
        ----
        1
        one
        2000000
        many
        30
        some

        """

    @Test("an external engine that dies, hangs or fails now and then is reduced, and one signal is not taken for another", arguments: [
        ("crash", "ends its process (SIGSEGV)"), ("exit", "ends its process (exit code 7)"), ("hang", "does not end in time"), ("flaky", "now and then"),
    ])
    func external(fault: String, words: String) async throws {
        let project = try await project(["tests/a.test": Self.failing, "shim.py": Self.shim], "kind = \"external\"\ncommand = [\"python3 shim.py \(fault)\"]")
        let end = try await project.slt("reduce", "tests/a.test:\(line(Self.failing, "query"))", "-o", "out.test", "--file-timeout", "20s")
        #expect(end.code == 0 && end.text.contains(words), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        // Of what comes and goes, a try may miss it.
        #expect(count(script) <= (fault == "flaky" ? 8 : 3), "\(script)")
        if fault != "flaky" { #expect(!script.contains("n3("), "\(script)") }
        // What ends it by another signal is another failure.
        if fault == "crash" { #expect(script.contains("1") && script.contains("2000000"), "\(script)") }
    }

    @Test("an external engine that dies before the record is told, with the line")
    func diesBefore() async throws {
        let file = Self.failing + "\nstatement ok\nSELECT a FROM t\n\nquery I nosort\nSELECT 5\n----\n6\n"
        let project = try await project(["tests/a.test": file, "shim.py": Self.shim], "kind = \"external\"\ncommand = [\"python3 shim.py exit\"]")
        let end = try await project.slt("reduce", "tests/a.test:\(line(file, "query"))", "--reference", "none")
        #expect(end.code == 2 && end.errors.contains("reduce that record"), "\(end)")
    }

    // MARK: Programs that run files

    /// Runs a file of SQLite's dialect on Python's sqlite3, ends at the first record that does not hold, and has one planted fault.
    private static let runner = #"""
        import json, os, random, signal, sqlite3, sys, time

        fault, path, results = sys.argv[1:4]
        database = sqlite3.connect(":memory:", isolation_level=None)

        def run(sql):
            rows = database.execute(sql).fetchall()
            values = [str(value) for row in rows for value in row]
            if "2000000" in values:
                if fault == "crash":
                    os.kill(os.getpid(), signal.SIGSEGV if "1" in values else signal.SIGABRT)
                if fault == "hang":
                    time.sleep(1000)
                if fault in ("value", "values", "lines") or (fault == "flaky" and random.random() < 0.3):
                    values = [value.replace("2000000", "2000001") for value in values]
            return values

        def leave(line, sql, message, expected="", actual=""):
            print(f"{path}: line {line} failed: {message}" + (f", expected {expected} but got {actual}" if fault == "values" else ""))
            if fault == "lines":
                with open(results, "w") as out:
                    json.dump({"detailed_failures": [{"failures": [{"line_number": line, "sql_statement": sql, "error_message": message,
                                                                    "expected_result": expected, "actual_result": actual}]}]}, out)
            sys.exit(3)

        lines = open(path).read().split("\n")
        at = 0
        while at < len(lines):
            if not lines[at].startswith(("statement", "query")):
                at += 1
                continue
            start, words, sql, expected = at + 1, lines[at].split(), [], []
            at += 1
            while at < len(lines) and lines[at] and lines[at] != "----":
                sql.append(lines[at])
                at += 1
            while at < len(lines) and lines[at]:
                expected.append(lines[at])
                at += 1
            sql = "\n".join(sql)
            try:
                values = run(sql)
            except sqlite3.Error as error:
                leave(start, sql, f"error: {error}")
            if words[0] == "query" and sorted(values) != sorted(expected[1:]):
                leave(start, sql, "other rows", " ".join(expected[1:]), " ".join(values))
        """#

    private func command(_ fault: String) -> String { "kind = \"command\"\ncommand = [\"python3\", \"{workspace}/runner.py\", \"\(fault)\", \"{file}\", \"{results}\"]" }

    @Test("a program that runs files is given smaller and smaller ones, as long as it fails in the same way", arguments: [
        ("value", "exit code 3", true), ("values", "exit code 3", true), ("lines", "exactly the wrong result", true), ("crash", "ends its process (SIGSEGV)", true), ("hang", "does not end in time", false), ("flaky", "now and then", false),
    ])
    func programs(fault: String, words: String, findsRecord: Bool) async throws {
        let file = Self.failing + "\nstatement ok\nSELECT 1\n"
        let project = try await project(["tests/a.test": file, "runner.py": Self.runner], command(fault))
        let place = "tests/a.test" + (findsRecord ? "" : ":\(line(file, "query"))")
        let end = try await project.slt("reduce", place, "-o", "out.test", "--file-timeout", "20s")
        #expect(end.code == 0 && end.text.contains(words) && end.text.contains("test:\(line(file, "query")):"), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        // Of what comes and goes, a try may miss it.
        #expect(count(script) <= (fault == "flaky" ? 8 : 3), "\(script)")
        if fault != "flaky" { #expect(!script.contains("n3("), "\(script)") }
        // Nobody says what is right for other rows.
        if fault.hasPrefix("value") || fault == "lines" { #expect(script.contains("INSERT INTO t VALUES (1, 'one'), (30, 'some'), (2000000, 'many')"), "\(script)") }
        #expect(script.contains("agrees with it") == ["value", "values", "lines", "flaky"].contains(fault), "\(script)")
    }

    @Test("without anybody who knows what is right, what the program prints stays as it was, and the file says what is known", arguments: [("value", "what the engine prints"), ("values", "what the engine prints")])
    func nobodyKnows(fault: String, words: String) async throws {
        let project = try await project(["tests/a.test": Self.failing, "runner.py": Self.runner], command(fault))
        let end = try await project.slt("reduce", "tests/a.test", "--reference", "none")
        #expect(end.code == 0 && end.text.contains(words), "\(end)")
        #expect(!end.text.contains("slt-reduce"), "\(end)")
        if fault == "values" { #expect(end.text.contains("INSERT INTO t VALUES (1, 'one'), (30, 'some'), (2000000, 'many')"), "\(end)") }
    }

    @Test("with a reference the rows of its file may go as well, and the results are the reference's")
    func programWithReference() async throws {
        let project = try await project(["tests/a.test": Self.failing, "runner.py": Self.runner], command("value"))
        let end = try await project.slt("reduce", "tests/a.test", "--reference", "sqlite", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("SQLite 3."), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script) <= 3 && script.contains("2000000") && !script.contains("some"), "\(script)")
        let good = try await RunningProgram.run([Programs.worker, "run", project.source + "/out.test"], environment: project.environment)
        #expect(good.code == 0, "\(good)")
    }

    @Test("a file of such a program is run again, with or without the records it names", arguments: ["value", "lines", "crash"])
    func programAgain(fault: String) async throws {
        let project = try await project(["tests/a.test": Self.failing, "runner.py": Self.runner], command(fault))
        #expect(try await project.slt("run").code == 1)
        let same = try await project.slt("repro", "tests/a.test")
        #expect(same.code == 0 && same.text.contains("in the same way as in run"), "\(same)")
        let text = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(text.replacing("\"\(fault)\"", with: "\"none\""), to: "slt-remote.toml")
        let passes = try await project.slt("repro", "tests/a.test")
        #expect(passes.code == 1 && passes.text.contains("passes here"), "\(passes)")
        let kept = try await project.slt("repro", "--keep-database", "tests/a.test")
        #expect(kept.code == 2 && kept.errors.contains("cannot keep the database"), "\(kept)")
    }

    // MARK: Other dialects

    private static let rs = (0..<12).map { "statement ok\nCREATE TABLE n\($0)(a INTEGER)\n\nstatement error (?i)no such table: m\($0)\nSELECT * FROM m\($0)\n\nquery error syntax\nSELECT FROM\n\n" }.joined() + """
        control sortmode rowsort

        statement ok
        CREATE TABLE t(a INTEGER, b TEXT)

        statement ok
        INSERT INTO t VALUES (1, 'one'), (30, 'some'), (2000000, 'many')

        query IT
        SELECT a, b FROM t WHERE b <> 'x' ORDER BY a DESC
        ----
        1 one
        2000000 many
        30 some

        statement ok
        SELECT 1

        """

    @Test("a file of sqllogictest-rs's dialect is reduced record by record, stays one, and never expects what is not right", arguments: ["value", "first"])
    func rsDialect(fault: String) async throws {
        let project = try await project(["tests/a.test": Self.rs, "shim.py": Self.shim], "kind = \"external\"\ndialect = \"rs\"\ncommand = [\"python3 shim.py \(fault)\"]")
        let end = try await project.slt("reduce", "tests/a.test", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("agrees with it"), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        let alone = try await RunningProgram.run([Programs.worker, "reduce", "--engine", "external", "--engine-command", "python3 shim.py \(fault)", "--dialect", "rs", "tests/a.test", "-o", "alone.test"],
                                                 environment: project.environment, in: project.source)
        #expect(try alone.code == 0 && String(contentsOfFile: project.source + "/alone.test", encoding: .utf8).contains("INSERT"), "\(alone)")
        #expect(count(script) == 3 && script.contains("----\n1 one\n2000000 many\n30 some\n"), "\(script)")
        let reference = try await project.slt("reduce", "tests/a.test", "--reference", "sqlite", "-o", "less.test")
        #expect(reference.code == 0 && reference.text.contains("SQLite 3."), "\(reference)")
        let less = try String(contentsOfFile: project.source + "/less.test", encoding: .utf8)
        #expect(count(less) <= 3 && !less.contains("some"), "\(less)")
        let good = try await RunningProgram.run([Programs.worker, "run", "--dialect", "rs", project.source + "/less.test"], environment: project.environment)
        #expect(good.code == 0, "\(good)")
    }

    @Test("an engine that dies is told apart in that dialect, too")
    func rsCrash() async throws {
        let project = try await project(["tests/a.test": Self.rs, "shim.py": Self.shim], "kind = \"external\"\ndialect = \"rs\"\ncommand = [\"python3 shim.py crash\"]")
        let end = try await project.slt("reduce", "tests/a.test", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("ends its process (SIGSEGV)"), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script) <= 3 && script.contains("2000000"), "\(script)")
    }

    private static let duckdb = (0..<12).map { "statement ok\nCREATE TABLE n\($0)(a INTEGER)\n\nstatement error\nSELECT * FROM m\($0)\n----\nno such table\n\n" }.joined() + """
        statement ok
        CREATE TABLE t(a INTEGER)

        loop i 1999998 2000001

        statement ok
        INSERT INTO t VALUES (${i})

        endloop

        foreach x 1 2

        statement ok
        SELECT ${x}

        endloop

        query I
        SELECT max(a) FROM t
        ----
        2000000

        """

    @Test("a loop of DuckDB's dialect stays or goes as a whole")
    func duckDialect() async throws {
        let project = try await project(["tests/a.test": Self.duckdb, "shim.py": Self.shim], "kind = \"external\"\ndialect = \"duckdb\"\ncommand = [\"python3 shim.py value\"]")
        let end = try await project.slt("reduce", "tests/a.test", "-o", "out.test")
        #expect(end.code == 0 && end.text.contains("exactly the wrong result"), "\(end)")
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script) == 3 && script.contains("loop i 1999998 2000001\n\nstatement ok\nINSERT INTO t VALUES (${i})\n\nendloop\n") && !script.contains("foreach"), "\(script)")
        let reference = try await project.slt("reduce", "tests/a.test", "--reference", "sqlite")
        #expect(reference.code == 2 && reference.errors.contains("duckdb"), "\(reference)")
        let nowhere = try await project.slt("reduce", "tests/a.test:9999")
        #expect(nowhere.code == 2 && nowhere.errors.contains("there is no record at line 9999"), "\(nowhere)")
    }

    @Test("what is run as a file is gone on with as well, and another command or file begins anew", arguments: [true, false])
    func goingOn(isProgram: Bool) async throws {
        let file = isProgram ? Self.failing : Self.rs
        let engine = isProgram ? command("values") : "kind = \"external\"\ndialect = \"rs\"\ncommand = [\"python3 shim.py value\"]"
        let project = try await project(["tests/a.test": file, "runner.py": Self.runner, "shim.py": Self.shim], engine)
        let words = ["reduce", "tests/a.test:\(line(file, "query IT"))", "-o", "out.test"]
        let state = project.source + "/out.test.reduction"
        let first = try await project.start(words + ["--budget", "1ms"]).finish()
        #expect(first.code == 1 && FileManager.default.fileExists(atPath: state), "\(first)")
        let again = try await project.start(words + ["--budget", "1ms"]).finish()
        #expect(again.code == 1 && again.text.contains("It went on from the"), "\(again)")

        let settings = try String(contentsOfFile: project.source + "/slt-remote.toml", encoding: .utf8)
        try project.write(settings.replacing(isProgram ? "\"values\"" : "shim.py value", with: isProgram ? "\"value\"" : "shim.py  value"), to: "slt-remote.toml")
        let other = try await project.start(words + ["--budget", "1ms"]).finish()
        #expect(other.code == 1 && other.text.contains("the engine has changed"), "\(other)")

        let end = try await project.start(words).finish()
        #expect(end.code == 0 && end.text.contains("It went on from the"), "\(end)")
        #expect(!FileManager.default.fileExists(atPath: state))
        let script = try String(contentsOfFile: project.source + "/out.test", encoding: .utf8)
        #expect(count(script) <= 3, "\(script)")
    }

    @Test("a file that such a program passes is refused, and so is a record behind one that fails")
    func refusals() async throws {
        let file = Self.failing + "\nquery I nosort\nSELECT 5\n----\n6\n"
        let project = try await project(["tests/a.test": file, "tests/good.test": "statement ok\nSELECT 1\n", "runner.py": Self.runner], command("value"))
        let good = try await project.slt("reduce", "tests/good.test")
        #expect(good.code == 2 && good.errors.contains("it passes on this engine"), "\(good)")
        let behind = try await project.slt("reduce", "tests/a.test:\(line(file, "query"))")
        #expect(behind.code == 2 && behind.errors.contains("a record before it fails as well"), "\(behind)")
    }
}
