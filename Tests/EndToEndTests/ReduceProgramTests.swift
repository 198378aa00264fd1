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
        #expect(count(script) <= 3 && !script.contains("n3"), "\(script)")
        // What ends it by another signal is another failure.
        if fault == "crash" { #expect(script.contains("1") && script.contains("2000000"), "\(script)") }
    }

    @Test("an external engine that dies before the record is told, with the line")
    func diesBefore() async throws {
        let file = Self.failing + "\nquery I nosort\nSELECT 5\n----\n6\n"
        let project = try await project(["tests/a.test": file, "shim.py": Self.shim], "kind = \"external\"\ncommand = [\"python3 shim.py exit\"]")
        let end = try await project.slt("reduce", "tests/a.test:\(line(file, "query"))", "--reference", "none")
        #expect(end.code == 2 && end.errors.contains("reduce that record"), "\(end)")
    }
}
