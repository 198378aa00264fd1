import FoundationEssentials
import Platform
@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("DuckDB's dialect") struct DuckRules {
    private func duck(_ text: String, path: String? = nil) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = .duckdb
        return try FileRunner(options: options).run(Script(text, name: path ?? "duck.test"), on: SQLiteEngine())
    }

    private func message(_ text: String) throws -> String { try duck(text).failures.first?.message ?? "" }

    @Test("records end at blank or comment lines, results at empty lines only")
    func lines() throws {
        #expect(try duck("statement ok\nSELECT 1\n# comment\nquery T\nSELECT '# a'\n----\n# a\n").tests == 2)
        #expect(try duck("statement ok\r\nSELECT 1\r\n").passed)
    }

    @Test("loops run their body for each value up to the end, which does not count, also nested")
    func loop() throws {
        let text = "statement ok\nCREATE TABLE t(a, b)\n\nloop i 0 3\n\nloop j 5 7\n\nstatement ok\nINSERT INTO t VALUES ({i}, ${j})\n\nendloop\n\nendloop\n\n"
            + "query III\nSELECT count(*), sum(a), sum(b) FROM t\n----\n6\t6\t33\n"
        let verdict = try duck(text)
        #expect(verdict.failures.map(\.message) == [])
        #expect(verdict.tests == 8)
    }

    @Test("loops nested 10,000 deep are an error, and rounds are made as they run")
    func bounds() throws {
        let deep = String(repeating: "loop i 0 2\n\n", count: 10_000) + String(repeating: "endloop\n\n", count: 10_000)
        #expect(try message(deep) == "loops are nested more than 32 deep")
        let nodes = try DuckParser.parse(Script(String(repeating: "loop i 0 1000000\n\nendloop\n\n", count: 10_000)))
        #expect(nodes.count == 10_000)
    }

    @Test("foreach takes words, or tuples for several names")
    func foreach() throws {
        #expect(try duck("foreach x 1 2 3\n\nquery I\nSELECT {x}\n----\n{x}\n\nendloop\n").tests == 3)
        #expect(try duck("foreach x,y a,1 b,2\n\nquery TI\nSELECT '{x}', {y}\n----\n{x}\t{y}\n\nendloop\n").tests == 2)
        #expect(try message("foreach x,y a\n\nendloop\n") == "a has 1 values for 2 variables")
    }

    @Test("conditions name the engine or compare loop variables, and continue goes to the next round")
    func conditions() throws {
        #expect(try duck("loop i 0 4\n\nskipif i=2\nstatement ok\nSELECT {i}\n\nendloop\n").tests == 3)
        #expect(try duck("loop i 0 4\n\nonlyif i>=1&&i<>3\nstatement ok\nSELECT {i}\n\nendloop\n").tests == 2)
        #expect(try duck("loop i 0 4\n\nonlyif i<2\ncontinue\n\nstatement ok\nSELECT {i}\n\nendloop\n").tests == 2)
        #expect(try duck("skipif duckdb\nstatement ok\nnonsense\n\nonlyif mysql\nstatement ok\nnonsense\n").skipped == 2)
    }

    @Test("statement error wants an error that contains the text, or matches a whole expression")
    func errors() throws {
        let sql = "\nSELECT * FROM t\n----\n"
        #expect(try duck("statement error" + sql + "such table\n").passed)
        #expect(try duck("statement error" + sql + "<REGEX>:no .* table.*\n").passed)
        #expect(try duck("statement error" + sql + "<REGEX>:such table\n").errors == 1)
        #expect(try duck("statement error" + sql + "<!REGEX>:.*syntax.*\n").passed)
        #expect(try duck("statement error" + sql + "syntax\n").errors == 1)
        #expect(try message("statement error\nSELECT 1\n----\nx\n") == "statement should have failed")
        #expect(try duck("statement maybe\nSELECT 1\n----\nx\n\nstatement maybe" + sql + "no such\n").passed)
        #expect(try message("statement error" + sql + "<REGEX>:(?=a)\n").hasPrefix("invalid regular expression: <REGEX>:(?=a): invalid perl operator"))
        #expect(try message("query T\nSELECT 'x'\n----\n<!REGEX>:(\n").hasPrefix("invalid regular expression: "))
    }

    @Test("an expression that has many ways to match takes time that grows with the text alone")
    func linear() throws {
        #expect(try duck("query T\nSELECT '\(String(repeating: "a", count: 20_000))b'\n----\n<REGEX>:(a+)+\n").errors == 1)
    }

    @Test("of several comparisons one that holds is enough to skip, and one that does not to leave out")
    func severalConditions() throws {
        func tests(_ condition: String) throws -> Int { try duck("loop i 0 4\n\nloop j 0 4\n\n\(condition)\nstatement ok\nSELECT 1\n\nendloop\n\nendloop\n").tests }
        #expect(try tests("skipif i=1&&j=1") == 9)
        #expect(try tests("onlyif i=1&&j=1") == 1)
        #expect(try duck("onlyif DuckDB\nstatement ok\nSELECT 1\n").tests == 1)
    }

    @Test("sort and none are sort modes too", arguments: [
        ("sort", "1\n2\n3\n", true), ("rowsort", "1\n2\n3\n", true), ("valuesort", "1\n2\n3\n", true), ("none", "3\n1\n2\n", true), ("nosort", "3\n1\n2\n", true), ("none", "1\n2\n3\n", false),
    ])
    func sortModes(mode: String, expected: String, passes: Bool) throws {
        let text = "statement ok\nCREATE TEMP TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES (3), (1), (2)\n\nquery I \(mode)\nSELECT a FROM t\n----\n\(expected)"
        #expect(try duck(text).passed == passes)
    }

    @Test("a hash and a label say nothing of columns")
    func hashAndColumns() throws {
        let line = "2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n"
        #expect(try duck("query I\nSELECT 1, 2\n----\n" + line).passed)
        #expect(try duck("query III\nSELECT 1, 2\n----\n" + line).passed)
        #expect(try duck("query I nosort q\nSELECT 1, 2\n\nquery I nosort q\nSELECT 1 UNION ALL SELECT 2\n----\n" + line).passed)
    }

    @Test("a concurrent loop of many rounds comes to its last one")
    func manyRounds() throws {
        #expect(try duck("concurrentloop i 0 20000\n\nonlyif i=19999\nstatement ok\nSELECT 1\n\nendloop\n").tests == 1)
    }

    @Test("expected rows are values on lines, or rows with tabs")
    func rows() throws {
        let sql = "query II\nSELECT 1, 2 UNION ALL SELECT 3, 4\n----\n"
        #expect(try duck(sql + "1\n2\n3\n4\n").passed)
        #expect(try duck(sql + "1\t2\n3\t4\n").passed)
        #expect(try duck(sql + "1\t2\n3\t5\n").errors == 1)
        #expect(try duck(sql + "1\t2\n").errors == 1)
        #expect(try duck(sql + "1\t\t2\n3\t4\n").passed)
    }

    @Test("values may be expressions, numbers written otherwise, (empty), NULL or truth values")
    func values() throws {
        #expect(try duck("query TTIRI\nSELECT 'abc', '', 1, 2.50, 1\n----\n<REGEX>:a.*\t(empty)\t1.0\t2.5\ttrue\n").passed)
        #expect(try duck("query T\nSELECT NULL\n----\nNULL\n\nquery T\nSELECT 'abc'\n----\n<!REGEX>:b\n").passed)
        #expect(try duck("query T\nSELECT 'abc'\n----\n<REGEX>:b\n").errors == 1)
    }

    @Test("hashes are off at first, a hash line is compared, and labels stand for equal results")
    func hashes() throws {
        let sql = "SELECT 1 UNION ALL SELECT 2\n----\n"
        let line = "2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n"
        #expect(try duck("query I\n" + sql + line).passed)
        #expect(try duck("hash-threshold 1\n\nquery I\n" + sql + line).passed)
        #expect(try duck("hash-threshold 1\n\nquery I\n" + sql + "1\n2\n").passed)
        #expect(try duck("hash-threshold 1\n\nquery I\n" + sql + "1\n3\n").errors == 1)
        #expect(try duck("query I nosort q\nSELECT 1\n\nquery I nosort q\nSELECT 1\n").passed)
        #expect(try duck("query I nosort q\nSELECT 1\n\nquery I nosort q\nSELECT 2\n").failures.first?.kind == .label)
        #expect(try duck("query I nosort q\nSELECT 1\n\nreset label q\n\nquery I nosort q\nSELECT 2\n").passed)
    }

    @Test("sort modes sort what came")
    func sort() throws {
        #expect(try duck("query I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n").passed)
        #expect(try duck("query II valuesort\nSELECT 2, 1\n----\n1\n2\n").passed)
    }

    @Test("a word that is no sort mode names a connection")
    func connections() throws {
        let text = "statement ok c1\nCREATE TEMP TABLE t(a)\n\nquery I c1\nSELECT count(*) FROM t\n----\n0\n\nstatement error c2\nSELECT * FROM t\n----\nno such table\n"
        #expect(try duck(text).failures.map(\.message) == [])
    }

    @Test("reconnect keeps the data and ends sessions; restart starts anew")
    func reconnect() throws {
        let make = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nCREATE TEMP TABLE s(a)\n\n"
        #expect(try duck(make + "reconnect\n\nstatement ok\nSELECT * FROM t\n\nstatement error\nSELECT * FROM s\n----\nno such\n").failures.map(\.message) == [])
        #expect(try duck(make + "restart\n\nstatement error\nSELECT * FROM t\n----\nno such\n").failures.map(\.message) == [])
    }

    @Test("mode skip skips and counts until mode unskip")
    func mode() throws {
        let verdict = try duck("mode skip\n\nstatement ok\nnonsense\n\nmode unskip\n\nstatement ok\nSELECT 1\n")
        #expect(verdict.skipped == 1)
        #expect(verdict.tests == 1)
        #expect(verdict.skipReason == nil)
    }

    @Test("what is not there or not supported skips the file, names the directive and is no pass", arguments: [
        ("require parquet", "line 1: require parquet is not met"), ("require-env SLT_NONE_SUCH", "line 1: require-env SLT_NONE_SUCH is not met"),
        ("load db.duckdb", "line 1: load db.duckdb is not supported"), ("mode output_hash", "line 1: mode output_hash is not supported"),
        ("load db.duckdb readwrite v1.0.0", "line 1: load db.duckdb readwrite v1.0.0 is not supported"), ("set threads 4", "line 1: set threads 4 is not supported"),
        ("foreach t <variable:x>\n\nendloop", "line 1: foreach over <variable:x> is not supported"),
        ("require vector_size 2048", "line 1: require vector_size 2048 is not met"), ("require exact_vector_size 2", "line 1: require exact_vector_size 2 is not met"),
    ])
    func unsupported(text: String, reason: String) throws {
        let verdict = try duck(text + "\n\nstatement ok\nnonsense\n")
        #expect(verdict.skipReason == reason)
        #expect(verdict.errors == 0)
        #expect(verdict.skipped == 1)
        #expect(verdict.stopReason == .unsupported)
        #expect(verdict.outcome == .unsupported)
        #expect(!verdict.passed)
        let folder = try TemporaryFolder()
        var command = RunCommand(files: [try folder.write(text + "\n", to: "a.test"), folder.path + "/a.test"])
        command.options.dialect = .duckdb
        var output = ""
        _ = command.run(on: try SQLiteEngine(), output: { output += $0 }, diagnostics: { _ in })
        #expect(output.contains("2 files: 0 passed, 0 failed, 2 unsupported"))
    }

    @Test("a label says that an extension is there, or what a size is")
    func requirements() throws {
        func verdict(_ text: String, _ labels: String...) throws -> FileVerdict {
            var options = RunOptions()
            options.dialect = .duckdb
            options.labels = labels
            return try FileRunner(options: options).run(Script(text + "\n\nstatement ok\nSELECT 1\n"), on: SQLiteEngine())
        }
        #expect(try verdict("require parquet", "parquet").tests == 1)
        #expect(try verdict("require vector_size 512", "vector_size=2048").tests == 1)
        #expect(try verdict("require vector_size 4096", "vector_size=2048").skipReason != nil)
        #expect(try verdict("require block_size 512", "block_size=1024").skipReason != nil)
        #expect(try verdict("require no_extension_autoloading \"EXPECTED: it is\"", "no_extension_autoloading").tests == 1)
    }

    @Test("foreach takes groups of types and of compressions, and leaves out what follows a !")
    func groups() throws {
        func rounds(_ words: String) throws -> Int { try duck("foreach t \(words)\n\nquery T\nSELECT '{t}'\n----\n{t}\n\nendloop\n").tests }
        #expect(try rounds("<signed>") == 5)
        #expect(try rounds("<integral> varchar") == 11)
        #expect(try rounds("<NUMERIC>") == 12)
        #expect(try rounds("<alltypes> !interval") == 14)
        #expect(try rounds("<compression> !none !rle") == 7)
        #expect(try rounds("<all_types_columns>") == 53)
        #expect(try rounds("a !b") == 2)
    }

    @Test("load goes on with the database of a file, restart opens it again, and readonly only reads it")
    func load() throws {
        let make = "load {TEST_DIR}/a.db\n\nstatement ok\nCREATE TABLE t(a)\n\n"
        #expect(try duck(make + "restart\n\nstatement ok\nSELECT * FROM t\n").failures.map(\.message) == [])
        #expect(try duck(make + "load {TEST_DIR}/a.db\n\nstatement error\nSELECT * FROM t\n----\nno such\n").failures.map(\.message) == [])
        #expect(try duck(make + "load {TEST_DIR}/a.db readonly\n\nquery I\nSELECT count(*) FROM t\n----\n0\n\nstatement error\nDELETE FROM t\n----\nreadonly\n")
            .failures.map(\.message) == [])
        #expect(try duck(make + "load\n\nstatement error\nSELECT * FROM t\n----\nno such\n").failures.map(\.message) == [])
    }

    @Test("load removes no file but the test's own")
    func loadElsewhere() throws {
        let folder = try TemporaryFolder()
        let precious = try folder.write("data", to: "precious.db")
        #expect(try duck("load \(precious)\n").skipReason == "line 1: load \(precious) is not supported")
        #expect(try duck("load {TEST_DIR}/../precious.db\n").skipReason != nil)
        #expect(FileManager.default.fileExists(atPath: precious))
    }

    @Test("rounds of a concurrent loop run on connections of their own, and one that fails fails the file")
    func concurrent() throws {
        let text = "concurrentloop i 0 20\n\nstatement ok\nCREATE TEMP TABLE mine AS SELECT {i} AS a\n\nquery I\nSELECT a FROM mine\n----\n{i}\n\nendloop\n"
        let verdict = try duck(text)
        #expect(verdict.failures.map(\.message) == [])
        #expect(verdict.tests == 40)
        let failing = try duck("concurrentforeach x a b c\n\nquery T\nSELECT '{x}'\n----\nb\n\nendloop\n")
        #expect(failing.errors == 1)
        #expect(failing.tests == 3)
        #expect(try message("concurrentloop i 0 2\n\nrestart\n\nendloop\n") == "restart cannot stand in a concurrent loop")
        #expect(try message("concurrentloop i 0 2\n\nconcurrentloop j 0 2\n\nendloop\n\nendloop\n") == "a concurrent loop cannot stand in another one")
    }

    @Test("an engine whose connections one thread must use skips concurrent loops by name")
    func noThreads() throws {
        var options = RunOptions()
        options.dialect = .duckdb
        let verdict = try FileRunner(options: options).run(Script("concurrentloop i 0 2\n\nendloop\n"), on: SQLiteEngine(library: "libsqlite3.so.0"))
        #expect(verdict.skipReason == "line 1: concurrentloop is not supported by this engine")
    }

    @Test("<FILE>: is a file of values with bars between them and a line of names")
    func resultFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("a|b|c\n1||\"x|\"\"y\"\n2.0|\"\"|z\n", to: "r.csv")
        let sql = "query ITT\nSELECT 1, NULL, 'x|\"y' UNION ALL SELECT 2, '', 'z'\n----\n<FILE>:\(folder.file("r.csv"))\n"
        #expect(try duck(sql).failures.map { $0.expected + $0.actual } == [])
        #expect(try duck(sql.replacing("'z'", with: "'w'")).errors == 1)
        #expect(try duck("query I\nSELECT 1\n----\n<FILE>:\(folder.file("none"))\n").failures.first?.message.hasPrefix("cannot read ") == true)
    }

    @Test("unzip makes a file in the test's folder")
    func unzip() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a|b\n5|6\n", to: "r.csv")
        #expect(try ShellCommand(Array("gzip '\(file)'".utf8)).wait() == .exited(0))
        #expect(try duck("unzip \(file).gz\n\nquery II\nSELECT 5, 6\n----\n<FILE>:{TEST_DIR}/r.csv\n").failures.map(\.message) == [])
        #expect(try message("unzip \(file).gz2\n").hasPrefix("unzip needs") == true)
        #expect(try message("unzip \(folder.file("none")).gz\n").contains("gzip ended with exit code 1") == true)
    }

    @Test("integers are compared digit by digit, floating-point numbers to 1 %, and spaces around a number do not count")
    func numbers() throws {
        func isSame(_ actual: String, _ expected: String) throws -> Bool { try duck("query T\nSELECT '\(actual)'\n----\n\(expected)\n").passed }
        #expect(try !isSame("9223372036854775807", "9223372036854775806"))
        #expect(try isSame("7", "007"))
        #expect(try isSame("10.392304845413264", "10.392304"))
        #expect(try isSame("10.392304845413264", "10.4"))
        #expect(try !isSame("10.392304845413264", "10.6"))
        #expect(try isSame("-9.223372e+18", "-9223372036854775808"))
        #expect(try !isSame("123456.78", "123456.79"))
        #expect(try isSame("2", "2  "))
        #expect(try isSame("1", "TRUE"))
        #expect(try isSame("nan", "NaN"))
    }

    @Test("mode skip within mode skip ends with as many mode unskip, and a loop in it counts once")
    func nestedSkip() throws {
        let verdict = try duck("mode skip\n\nmode skip\n\nmode unskip\n\nloop i 0 9\n\nstatement ok\nnonsense\n\nendloop\n\nmode unskip\n\nstatement ok\nSELECT 1\n")
        #expect(verdict.skipped == 1)
        #expect(verdict.tests == 1)
    }

    @Test("test-env gives a default, which {name} stands for")
    func testEnvironment() throws {
        #expect(try duck("test-env SLT_NONE_SUCH 42\n\nquery I\nSELECT {SLT_NONE_SUCH}\n----\n42\n").passed)
    }

    @Test("include brings in records, and errors there say where")
    func include() throws {
        let folder = try TemporaryFolder()
        try folder.write("statement ok\nCREATE TABLE t(a)\n", to: "part.test")
        try folder.write("loop i 0 1\n", to: "broken.test")
        #expect(try duck("include part.test\n\nstatement ok\nSELECT * FROM t\n", path: folder.file("main.test")).tests == 2)
        try folder.write("\nstatement ok\nnonsense\n", to: "failing.test")
        try folder.write("\n\ninclude failing.test\n", to: "nested.test")
        try folder.write("\nrequire none\n", to: "needs.test")
        try folder.write("include itself.test\n\ninclude itself.test\n", to: "itself.test")
        func run(_ name: String) throws -> FileVerdict { try duck("include \(name).test\n", path: folder.file("main.test")) }
        func failure(_ name: String) throws -> String { try run(name).failures.map { "\($0.file ?? ""):\($0.line): \($0.message)" }.joined() }
        #expect(try failure("broken") == "\(folder.file("broken.test")):1: the loop has no endloop")
        #expect(try failure("nested").hasPrefix("\(folder.file("failing.test")):2: statement error: "))
        #expect(try failure("itself") == "\(folder.file("itself.test")):1: includes are nested more than 32 deep")
        #expect(try run("needs").skipReason == "\(folder.file("needs.test")):2: require none is not met")
    }

    @Test("what is no script is an error and nothing of it runs", arguments: [
        "frobnicate", "endloop", "loop i 0 1", "loop i a b\n\nendloop", "loop i 0 99999999\n\nendloop", "statement", "statement ok", "query X\nSELECT 1", "sleep now please",
    ])
    func broken(text: String) throws {
        let verdict = try duck(text + "\n")
        #expect(verdict.failures.first?.kind == .script)
    }
}
