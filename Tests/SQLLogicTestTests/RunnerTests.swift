import Glibc
import SQLLogicTest
import Testing
import TestSupport

@Suite("Running files") struct RunnerTests {
    private static let failing = (0..<250).map { "query I\nSELECT \($0)\n----\nx\n" }.joined(separator: "\n")

    /// The script, and what the file is.
    @Test("a file without a test is skipped and says so; one whose tests are kept out, or that halts, is not", arguments: [
        ("", .skipped), ("\n\n", .skipped), ("# only words\n", .skipped), ("hash-threshold 8\n", .skipped), ("statement ok\nSELECT 1\n", .pass),
        ("query I\nSELECT 1\n----\n1\n", .pass), ("skipif sqlite\nskipif duckdb\nstatement ok\nnonsense\n", .pass), ("halt\n", .pass), ("nonsense\n", .fail),
    ] as [(String, FileVerdict.Outcome)])
    func emptiness(text: String, outcome: FileVerdict.Outcome) throws {
        for dialect in Dialect.allCases {
            var options = RunOptions()
            options.dialect = dialect
            let verdict = try FileRunner(options: options).run(Script(text), on: SQLiteEngine())
            #expect(verdict.outcome == outcome, "\(dialect)")
            #expect(verdict.passed == (outcome == .pass))
            #expect(verdict.skipReason == (outcome == .skipped ? "it has no tests" : nil), "\(dialect)")
        }
    }

    @Test("all errors are counted and the first hundred are kept")
    func boundedFailures() throws {
        let verdict = try verdict(Self.failing)
        #expect(verdict.errors == 250)
        #expect(verdict.failures.count == 100)
        #expect(RunnerReport.text(verdict, file: "t").contains("t: 150 more errors not shown\n250 errors out of 250 tests in t - 0 skipped.\n"))
    }

    @Test("the summary is E errors out of N tests in FILE - S skipped; tests are statements and queries executed")
    func summary() throws {
        let text = "statement ok\nSELECT 1\n\nquery I\nSELECT 1\n----\n2\n\nskipif sqlite\nstatement ok\nx\n\nhash-threshold 8\n"
        #expect(try report(text).last == "1 errors out of 2 tests in t - 1 skipped.")
    }

    @Test("--halt stops at the first error")
    func haltOnError() throws {
        var options = RunOptions()
        options.haltOnError = true
        let verdict = try verdict(Self.failing, options)
        #expect(verdict.tests == 1)
        #expect(verdict.stopReason == .firstError)
    }

    @Test("a failure's texts are cut")
    func boundedTexts() throws {
        let long = String(repeating: "\u{E9}", count: 5000)
        let failure = try verdict("query T\nSELECT '\(long)' AS x\n----\n\(long)\n").failures[0]
        for text in [failure.sql, failure.expected, failure.actual] {
            #expect(text.hasSuffix("…"))
            #expect(text.utf8.count <= ScriptFailure.textLimit + 3)
            #expect(!text.contains("\u{FFFD}"))
        }
    }

    @Test("progress names the line and number of each record before it runs")
    func progress() throws {
        var seen: [[Int]] = []
        let text = "statement ok\nSELECT 1\n\nskipif mysql\nquery I\nSELECT 1\n----\n1\n\nonlyif mysql\nhalt\n"
        _ = try FileRunner().run(Script(text), on: SQLiteEngine()) { line, record in seen.append([line, record]) }
        #expect(seen == [[1, 1], [5, 2], [11, 3]])
    }

    @Test("progress in an included script names the line of the include that brought it in", arguments: [Dialect.rs, .duckdb])
    func includedProgress(dialect: Dialect) throws {
        let folder = try TemporaryFolder()
        try folder.write("\n\n\n\nstatement ok\nSELECT 1\n", to: "inner.test")
        try folder.write("\n\ninclude inner.test\n", to: "middle.test")
        let main = try folder.write("statement ok\nSELECT 1\n\ninclude middle.test\n\nstatement ok\nSELECT 1\n", to: "main.test")
        var options = RunOptions()
        options.dialect = dialect
        var seen: [[Int]] = []
        _ = try FileRunner(options: options).run(path: main, on: SQLiteEngine()) { line, record in seen.append([line, record]) }
        #expect(seen == [[1, 1], [4, 2], [6, 3]])
    }

    @Test("each file runs on a fresh database: unlinked, opened, PRAGMA synchronous=OFF", arguments: [true, false])
    func freshDatabase(onDisk: Bool) throws {
        let folder = try TemporaryFolder()
        let engine = try SQLiteEngine(storage: onDisk ? .file(folder.file("test.db")) : .memory)
        let path = try folder.write("statement ok\nCREATE TABLE t(a)\n", to: "create.test")
        for _ in 0..<2 { #expect(try FileRunner().run(path: path, on: engine).errors == 0) }
        #expect(try FileRunner().run(Script("query I\nPRAGMA synchronous\n----\n0\n"), on: engine).passed)
        #expect((access(folder.file("test.db"), F_OK) == 0) == onDisk)
    }

    @Test("a file that cannot be read is an error, not a verdict", arguments: ["missing.test", "."])
    func unreadable(name: String) throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: SQLLogicTestError.self) {
            try FileRunner().run(path: folder.file(name), on: SQLiteEngine())
        }
        #expect(error.code == .unreadable)
        #expect(error.message.hasPrefix("cannot read \(folder.file(name)): "))
    }

    @Test("a file longer than what is read at once is mapped, with the same verdict")
    func longFile() throws {
        let folder = try TemporaryFolder()
        let filler = String(repeating: "# " + String(repeating: "x", count: 1021) + "\n", count: 17 << 10)
        let path = try folder.write("statement ok\nSELECT 1\n\n" + filler + "query I\nSELECT 1\n----\n2", to: "long.test")
        let verdict = try FileRunner().run(path: path, on: SQLiteEngine())
        #expect(verdict.tests == 2)
        #expect(verdict.failures.map(\.line) == [3 + (17 << 10) + 4])
    }

    @Test("a pipe can be run")
    func pipe() throws {
        var ends: [Int32] = [-1, -1]
        #expect(Glibc.pipe(&ends) == 0)
        let reader = ends[0]
        defer { close(reader) }
        let text = "query I\nSELECT 1\n----\n1\n"
        #expect(write(ends[1], text, text.utf8.count) == text.utf8.count)
        close(ends[1])
        #expect(try FileRunner().run(path: "/proc/self/fd/\(reader)", on: SQLiteEngine()).tests == 1)
    }

    @Test("files run on several threads at once without disturbing each other")
    func threads() async throws {
        let engine = try SQLiteEngine()
        let text = "statement ok\nCREATE TABLE t(a)\n\n"
            + (0..<200).map { "statement ok\nINSERT INTO t VALUES(\($0))\n\nquery I\nSELECT count(*) FROM t\n----\n\($0 + 1)\n" }.joined(separator: "\n")
        let verdicts = try await withThrowingTaskGroup(of: FileVerdict.self) { group in
            for _ in 0..<16 { group.addTask { try FileRunner().run(Script(text), on: engine) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.allSatisfy { $0.tests == 401 && $0.passed })
    }

    @Test("the run command prints reports, or a JSON object a file, and says how it went by its code")
    func runCommand() throws {
        let folder = try TemporaryFolder()
        let good = try folder.write("query I\nSELECT 1\n----\n1\n", to: "good.test")
        let bad = try folder.write("query I\nSELECT 1\n----\n2\n", to: "bad.test")
        func run(_ command: RunCommand) throws -> (code: Int32, output: String, diagnostics: String) {
            var (output, diagnostics) = ("", "")
            let code = command.run(on: try SQLiteEngine(), output: { output += $0 }, diagnostics: { diagnostics += $0 })
            return (code, output, diagnostics)
        }
        #expect(try run(RunCommand(files: [good])).code == 0)
        let both = try run(RunCommand(files: [good, bad]))
        #expect(both.code == 1)
        #expect(both.output.contains("\(bad):4: wrong result\n    SELECT 1\n    - 2\n    + 1\n1 errors out of 1 tests in \(bad) - 0 skipped.\n2 files: 1 passed, 1 failed; 2 tests in "))
        var json = RunCommand(files: [bad, folder.file("none")])
        json.json = true
        let third = try run(json)
        #expect(third.code == 2)
        #expect(third.output.contains("\"errors\":1,"))
        #expect(third.output.contains("\"file\":\"\(bad)\""))
        #expect(third.output.count(where: { $0 == "\n" }) == 1)
        #expect(third.diagnostics.contains("cannot read \(folder.file("none")): No such file or directory"))
    }
}
