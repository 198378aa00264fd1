import FoundationEssentials
import Glibc
import SQLLogicTest
import Testing
import TestSupport

@Suite("External engines") struct ExternalTests {
    private static let root = #filePath.components(before: "/Tests/")
    private static let shim = "exec python3 '\(root)/docs/engines/sqlite_shim.py' {db}"

    private func verdict(_ text: String, template: String = Self.shim, _ dialect: Dialect = .rs) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = dialect
        return try FileRunner(options: options).run(Script(text, name: "ext.slt"), on: ExternalEngine(template: template))
    }

    /// A row, an expected line, and whether the one stands for the other in sqllogictest-rs.
    @Test("white space does not count within values and at the ends of lines, but an empty value keeps its place", arguments: [
        (#"["a",""]"#, "a", false), (#"["","a"]"#, "a", false), (#"["a","","b"]"#, "a b", false), (#"["a",""]"#, "a ", false), (#"["a","  "]"#, "a", false),
        (#"["a","b"]"#, "a b", true), (#"["a","b"]"#, " a \t b ", true), (#"[" a  b "]"#, "a b", true), (#"["a  b","c"]"#, "a b c", true), (#"["a","b c"]"#, "a b c", true),
        (#"["a","b"]"#, "ab", false), (#"["A"]"#, "a", false),
    ])
    func rows(row: String, line: String, same: Bool) throws {
        let template = "printf '%s' '{\"result\":[\(row)]}'; cat > /dev/null"
        #expect(try verdict("query\nSELECT\n----\n\(line)\n", template: template).passed == same)
    }

    @Test("the sample shim runs every kind of record")
    func sampleShim() throws {
        let folder = "\(Self.root)/Tests/Scripts/rs"
        var options = RunOptions()
        options.dialect = .rs
        options.labels = ["sample"]
        let verdict = try FileRunner(options: options).run(path: folder + "/every-record.slt", on: ExternalEngine(template: Self.shim))
        #expect(verdict.failures.map { "\($0.file ?? ""):\($0.line): \($0.message) \($0.actual)" } == [])
        #expect(verdict.tests == 25)
        #expect(verdict.skipped == 2)
    }

    @Test("SQLite's dialect runs on it too")
    func sqliteDialect() throws {
        let text = "onlyif external\nquery ITR rowsort\nSELECT 1, 'é', 2.5 UNION ALL SELECT NULL, '', 1\n----\n1\n@@\n2.500\nNULL\n(empty)\n1.000\n"
        #expect(try verdict(text, .sqlite).failures.map(\.message) == [])
    }

    @Test("the template has {db} {host} {port} {user} {pass}; the engine name is external")
    func template() throws {
        let template = #"echo '{"result":[["{db}","{host}","{port}"]]}' ; cat > /dev/null"#
        let failure = try verdict("onlyif external\nquery TTT\nx\n----\nx\n", template: template).failures.first
        #expect(failure?.actual.hasPrefix("slt_ext_") == true)
        #expect(failure?.actual.hasSuffix(" localhost 5432") == true)
    }

    @Test("answers are concatenated JSON values, in pieces or together")
    func pieces() throws {
        let template = #"printf '{"result":[["}\\""'; sleep 0.05; printf ']]}{"err":"bad {"}  {"result":[]}'; cat > /dev/null"#
        #expect(try verdict("query T\nx\n----\n}\"\n\nstatement error bad \\{\nx\n\nstatement ok\nx\n", template: template).failures.map(\.message) == [])
    }

    @Test("one process per connection; requests are {\"sql\":\"...\"} with no newline added; a closed stdin is the shutdown")
    func protocolBytes() throws {
        let folder = try TemporaryFolder()
        let program = "import os\nlog = open('\(folder.path)/%d' % os.getpid(), 'w')\nwhile data := os.read(0, 65536):\n  log.write(data.decode() + '|')\n  os.write(1, b'{\"result\":[]}')\nlog.write('end')\n"
        let file = try folder.write(program, to: "engine.py")
        let text = "statement ok\nSELECT \"é\"\n\nconnection b\nstatement ok\nSELECT 2\n\nstatement ok\nSELECT 3\n"
        #expect(try verdict(text, template: "exec python3 \(file)").failures.map(\.message) == [])
        let logs = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "engine.py" }
            .map { String(decoding: try Data(contentsOf: URL(filePath: folder.file($0))), as: UTF8.self) }
        #expect(logs.sorted() == [#"{"sql":"SELECT 2"}|end"#, #"{"sql":"SELECT \"é\""}|{"sql":"SELECT 3"}|end"#])
    }

    @Test("an answer may say the columns' types, by which DuckDB's dialect compares")
    func types() throws {
        func passes(_ type: String, _ value: String, _ expected: String) throws -> Bool {
            try verdict("query I\nx\n----\n\(expected)\n", template: #"echo '{"result":[["\#(value)"]],"types":["\#(type)"]}'; cat > /dev/null"#, .duckdb).passed
        }
        #expect(try passes("DOUBLE", "1.5", "1.51"))
        #expect(try !passes("DOUBLE", "1.5", "1.52"))
        #expect(try passes("FLOAT", "0.0", "1e-9"))
        #expect(try passes("DOUBLE", "100", "101"))
        #expect(try passes("DECIMAL", "1.50", "1.5"))
        #expect(try !passes("DECIMAL", "1.50", "1.51"))
        #expect(try passes("BOOLEAN", "1", "true"))
        #expect(try !passes("VARCHAR", "1.0", "1"))
        #expect(try !passes("LIST", "1.0", "1"))
    }

    @Test("a program that dies, babbles or is not there fails the record", arguments: ["exit 1", "echo hello; echo '[}'", "no_such_program", "echo '{}{'; sleep 0.1",
        "python3 -c 'print(\"[\" * 200000 + \"]\" * 200000)'; cat > /dev/null", "python3 -c 'print(\"{\\\"result\\\":\" + \"[\" * 200000 + \"]\" * 200000 + \"}\")'; cat > /dev/null",
    ])
    func broken(template: String) throws {
        let verdict = try verdict("statement ok\nx\n\nstatement ok\nx\n", template: template)
        #expect(verdict.errors == 1)
    }

    @Test("the external engine reports no types, so results are never hashed, except with valuesort")
    func noHash() throws {
        #expect(try verdict("hash-threshold 1\n\nquery II\nSELECT 1, 2\n----\n1 2\n").passed)
        #expect(try verdict("hash-threshold 1\n\nquery II valuesort\nSELECT 1, 2\n----\n1\n2\n").failures.first?.actual.contains("2 values hashing to") == true)
    }
}

extension String {
    fileprivate func components(before marker: String) -> String {
        firstRange(of: marker).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
