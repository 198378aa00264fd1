@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("Kinds of failures") struct KindTests {
    private static func run(_ text: String, _ dialect: Dialect, _ change: (inout RunOptions) -> Void = { _ in }) throws -> FileVerdict {
        var options = RunOptions()
        options.dialect = dialect
        change(&options)
        return try FileRunner(options: options).run(Script(text), on: SQLiteEngine())
    }

    private static let rows = "SELECT 2, 'b' UNION ALL SELECT 1, 'a'"

    @Test("each record that fails says its kind, with line ends of either sort", arguments: [
        ("query I\nSELECT 1\n----\n2\n", .wrongRows), ("query I\nSELECT 1\n----\n", .wrongRows), ("query I\nSELECT 1 WHERE 0\n----\n1\n", .wrongRows),
        ("query I\nSELECT NULL\n----\n0\n", .wrongRows), ("query T\nSELECT '1.0'\n----\n1\n", .wrongRows),
        ("query I nosort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n", .rowOrder), ("query IT\n\(rows)\n----\n1\na\n2\nb\n", .rowOrder),
        ("query IT rowsort\n\(rows)\n----\n1\nb\n2\na\n", .wrongRows), ("query II valuesort\nSELECT 2, 1\n----\n1\n3\n", .wrongRows),
        ("query I\nSELECT 1\n----\n1.0\n", .formatting), ("query R\nSELECT 0.5\n----\n0.5\n", .formatting), ("query I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1.0\n2.0\n", .formatting),
        ("query II\nSELECT 1\n----\n1\n", .columns), ("query I\nSELECT x\n----\n1\n", .unexpectedError), ("statement ok\nSELECT x\n", .unexpectedError),
        ("statement error\nSELECT 1\n", .unexpectedSuccess), ("nonsense\n", .script), ("query X\nSELECT 1\n----\n1\n", .script), ("query\n", .script),
        ("statement maybe\nSELECT 1\n", .script), ("query I sideways\nSELECT 1\n----\n2\n", .script),
        ("hash-threshold 1\n\nquery I\nSELECT 2 UNION ALL SELECT 1\n----\n2 values hashing to 00000000000000000000000000000000\n", .wrongRows),
        ("hash-threshold 1\n\nquery I\nSELECT 2 UNION ALL SELECT 1\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n", .rowOrder),
        ("hash-threshold 1\n\nquery I\nSELECT 2 UNION ALL SELECT 1\n----\n3 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n", .wrongRows),
        ("query I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n", .formatting),
        ("hash-threshold 1\n\nquery I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n", .formatting),
        ("query I nosort x\nSELECT 1\n----\n1\n\nquery I nosort x\nSELECT 2\n----\n2\n", .wrongRows),
    ] as [(String, FailureCategory)])
    func sqlite(text: String, category: FailureCategory) throws {
        for text in [text, text.replacing("\n", with: "\r\n")] {
            let verdict = try Self.run("\n" + text, .sqlite)
            #expect(verdict.errors > 0)
            #expect(Set(verdict.failures.map(\.category)) == [category], "\(text): \(verdict.failures)")
        }
    }

    @Test("each record that fails says its kind in the dialect of sqllogictest-rs", arguments: [
        ("query I\nSELECT 1\n----\n2\n", .wrongRows), ("query I\nSELECT 1\n----\n", .wrongRows), ("query I\nSELECT 1 WHERE 0\n----\n1\n", .wrongRows),
        ("query IT\n\(rows)\n----\n1 a\n2 b\n", .rowOrder), ("query IT\n\(rows)\n----\n1 b\n2 a\n", .wrongRows), ("control sortmode rowsort\n\nquery I\nSELECT 1\n----\n3\n", .wrongRows),
        ("query T\nSELECT 'a b' UNION ALL SELECT 'c d'\n----\nc d\na b\n", .rowOrder), ("query TT\nSELECT 'a b', 1 UNION ALL SELECT 'c', 2\n----\nc 2\na b 1\n", .rowOrder),
        ("control resultmode valuewise\n\nquery IT\n\(rows)\n----\n1\na\n2\nb\n", .rowOrder), ("query I\nSELECT 1\n----\n1.0\n", .formatting),
        ("query R\nSELECT '0.30000000000000004'\n----\n0.3\n", .formatting), ("query II\nSELECT 1, 2\n----\n1 2.00\n", .formatting), ("query II\nSELECT 1\n----\n1 2\n", .columns),
        ("query I\nSELECT 1, 2\n----\n1\n", .columns), ("query I\nSELECT x\n----\n1\n", .unexpectedError), ("statement ok\nSELECT x\n", .unexpectedError),
        ("statement count 3\nSELECT 1\n", .wrongRows), ("statement error\nSELECT 1\n", .unexpectedSuccess), ("query error\nSELECT 1\n", .unexpectedSuccess),
        ("statement error other\nSELECT x\n", .wrongError), ("query error other\nSELECT x\n", .wrongError), ("statement error\nSELECT x\n----\nother\n", .wrongError),
        ("nonsense\n", .script), ("control substitution on\n\nquery T\nSELECT '${nothing}'\n----\nb\n", .script), ("let a, b\nSELECT 1\n", .columns), ("let a\nSELECT 1 WHERE 0\n", .wrongRows),
        ("let a\nSELECT x\n", .unexpectedError), ("system ok\nfalse\n", .unexpectedError), ("system ok\necho a\n----\nb\n", .wrongRows),
        ("query I valuesort\nSELECT 2 UNION ALL SELECT 1\n----\n1\n3\n", .wrongRows), ("query I\nSELECT 2 UNION ALL SELECT 1\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n", .rowOrder),
    ] as [(String, FailureCategory)])
    func rs(text: String, category: FailureCategory) throws {
        let verdict = try Self.run(text, .rs)
        #expect(verdict.failures.map(\.category) == [category], "\(verdict.failures)")
    }

    @Test("each record that fails says its kind in DuckDB's dialect", arguments: [
        ("query I\nSELECT 1\n----\n2\n", .wrongRows), ("query I\nSELECT 1\n----\n1\n2\n", .wrongRows), ("query I\nSELECT 1 WHERE 0\n----\n1\n", .wrongRows),
        ("query IT\n\(rows)\n----\n1\ta\n2\tb\n", .rowOrder), ("query IT\n\(rows)\n----\n1\tb\n2\ta\n", .wrongRows), ("query I\nSELECT 1, 2\n----\n1\n", .columns),
        ("query II\n\(rows)\n----\n1\ta\tx\n2\tb\ty\n", .columns), ("query I\nSELECT x\n----\n1\n", .unexpectedError),
        ("statement ok\nSELECT x\n", .unexpectedError), ("statement error\nSELECT 1\n----\nx\n", .unexpectedSuccess), ("statement error\nSELECT x\n----\nother\n", .wrongError),
        ("statement maybe\nSELECT x\n----\nother\n", .wrongError), ("statement error\nSELECT 1\n", .script), ("nonsense\n", .script), ("query I\nSELECT 1\n----\n<REGEX>:(\n", .script),
        ("query I\nSELECT 2 UNION ALL SELECT 1\n----\n2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0\n", .rowOrder),
        ("query I nosort x\nSELECT 1\n----\n\nquery I nosort x\nSELECT 2\n----\n", .wrongRows),
    ] as [(String, FailureCategory)])
    func duckdb(text: String, category: FailureCategory) throws {
        for text in [text, text.replacing("\n", with: "\r\n")] {
            let verdict = try Self.run(text, .duckdb)
            #expect(verdict.failures.map(\.category) == [category], "\(verdict.failures)")
        }
    }

    @Test("all failures of a record have its line, its kind and its identity, and the first one its whole rows")
    func oneRecord() throws {
        let verdict = try Self.run("query IT\nSELECT 1, 'a' UNION ALL SELECT 2, 'b' UNION ALL SELECT 3, 'c'\n----\n1\na\n3\nx\n", .sqlite)
        #expect(verdict.errors == 3)
        #expect(verdict.failures.map(\.line) == [6, 7, 7])
        #expect(Set(verdict.failures.map(\.recordLine)) == [1])
        #expect(Set(verdict.failures.map(\.identity)).count == 1)
        #expect(verdict.failures.map(\.expectedRows) == ["1\ta\n3\tx", nil, nil])
        #expect(verdict.failures[0].actualRows == "1\ta\n2\tb\n3\tc")
        #expect(verdict.failures[0].expected == "3")
    }

    @Test("failures that follow are counted apart, among the errors, also beyond those that are kept")
    func consequences() throws {
        let text = "statement ok\nCREATE TABLE t(a, a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\nquery I\nSELECT 1\n----\n2\n\n"
            + String(repeating: "query II\nSELECT * FROM t\n----\n1\n2\n\n", count: 3) + "statement ok\nCREATE TABLE t(a)\n\nquery I\nSELECT a FROM t\n----\n1\n"
        let verdict = try Self.run(text, .sqlite)
        #expect(verdict.errors == 7)
        #expect(verdict.failures.map(\.causedBy) == [nil, 1, nil, 1, 1, 1, nil])
        #expect(verdict.consequences == 4)
        let brief = try Self.run(text, .sqlite) { $0.failureLimit = 2 }
        #expect(brief.consequences == 4)
        #expect(brief.errors == 7)
        #expect(try Self.run("statement ok\nSELECT 1\n", .sqlite).consequences == 0)
    }

    @Test("a hash is told as one, also where the script has it for a result that is none")
    func hashed() throws {
        #expect(try Self.run("hash-threshold 1\n\nquery I\nSELECT 1 UNION SELECT 2\n----\n2 values hashing to 0\n", .sqlite).failures.map(\.isHashed) == [true])
        #expect(try Self.run("query I\nSELECT 1\n----\n1 values hashing to 0\n", .sqlite).failures.map(\.isHashed) == [true])
        #expect(try Self.run("query I\nSELECT 1\n----\n1 values hashing to 0\n", .rs).failures.map(\.isHashed) == [true])
        #expect(try Self.run("query I\nSELECT 1\n----\n1 values hashing to 0\n", .duckdb).failures.map(\.isHashed) == [true])
        #expect(try Self.run("query I\nSELECT 1\n----\n2\n", .sqlite).failures.map(\.isHashed) == [nil])
    }

    @Test("a file that was not run to its end says where it was left; one that was, or halts, does not")
    func stopped() throws {
        let fails = "statement ok\nSELECT 1\n\nstatement ok\nSELECT x\n\nstatement ok\nSELECT 1\n"
        #expect(try Self.run(fails, .sqlite).stoppedAt == nil)
        #expect(try Self.run(fails, .sqlite) { $0.haltOnError = true }.stoppedAt == 4)
        #expect(try Self.run(fails, .rs).stoppedAt == 4)
        #expect(try Self.run(fails, .duckdb).stoppedAt == 4)
        for dialect in Dialect.allCases { #expect(try Self.run("statement ok\nSELECT 1\n\nhalt\n\nnonsense\n", dialect).stoppedAt == (dialect == .sqlite ? nil : dialect == .rs ? 0 : nil)) }
        #expect(try Self.run("statement ok\nSELECT 1\n\nnonsense\n", .sqlite).stoppedAt == 4)
        #expect(try Self.run("statement ok\nSELECT 1\n\nquery\n", .sqlite).stoppedAt == 4)
        #expect(try Self.run("statement ok\nSELECT 1\n\nnonsense\n", .rs).stoppedAt == 0)
        #expect(try Self.run("statement ok\nSELECT 1\n\nendloop\n", .duckdb).stoppedAt == 0)
        #expect(try Self.run("statement ok\nSELECT 1\n\nrequire nothing\n", .duckdb).stoppedAt == 4)
        #expect(FileVerdict.lost(.timeout, line: 7, message: "timeout").stoppedAt == 7)
    }

    @Test("a record that held at a second try is told, and fails nothing")
    func retried() throws {
        let folder = try TemporaryFolder()
        let text = "statement ok\nSELECT 1\n\nsystem ok retry 3 backoff 1ms\n[ -e \(folder.file("there")) ] || { touch \(folder.file("there")); false; }\n"
        let verdict = try Self.run(text, .rs)
        #expect(verdict.passed)
        let retried = try #require(verdict.retried)
        #expect(retried.map(\.line) == [4])
        #expect(retried[0].failed == 1 && retried[0].attempts == 2)
        #expect(retried[0].identity?.occurrence == 1)
        #expect(try Self.run("statement ok retry 3 backoff 1ms\nSELECT 1\n", .rs).retried == nil)
        let failed = try Self.run("statement ok retry 3 backoff 1ms\nSELECT x\n", .rs)
        #expect(failed.retried == nil)
        #expect(failed.failures.count == 1)
    }
}
