import FoundationEssentials
@testable import SQLLogicTest
import TestSupport
import Testing

/// `--format` and `--record` on random mutations of scripts, the same ones every time, run on a real SQLite.
@Suite("Rewriting random scripts") struct RewriteTests {
    private static let slices = 8
    private static let executions = 200

    private static let seeds: [Dialect: [[UInt8]]] = [
        .sqlite: [
            "# head\r\nhash-threshold 3\r\n\r\nstatement ok\r\nCREATE TABLE t(a INTEGER, b TEXT)\r\n\r\nstatement ok\r\nINSERT INTO t VALUES(1,'x'),(2,NULL),(3,'')\r\n\r\n"
                + "skipif mysql # comment\r\nquery IT rowsort l1\r\nSELECT a, b\r\nFROM t\r\n----\r\n6 values hashing to 0\r\n\r\nquery R valuesort\r\nSELECT a*1.5 FROM t\r\n----\r\n# here\r\n1.500\r\n3.000\r\n4.500",
            "onlyif mysql\nquery I nosort l\nSELECT 1\n----\n7\n\nquery I nosort l\nSELECT 1\n----\n1\n\n\n\nstatement error\nSELECT * FROM none\n----\nx\n\nquery T\nSELECT '#a' UNION SELECT ' '\n----\n\n"
                + "query I\nSELECT 1 WHERE 0\n\nquery  T\tnosort\nSELECT 'a\n  b'\n----\na@@@b\n  halt\n\nquery I\nSELECT\n",
        ].map { Array($0.utf8) },
        .rs: [
            "# head\n\nstatement ok\nCREATE TABLE t(a, b)\n\nstatement count 3\nINSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL)\n\nquery IT rowsort\nSELECT * FROM t\n----\n1 one\n2 two\n\n"
                + "statement error no such\nSELECT * FROM missing\n\nstatement error\nSELECT * FROM missing\n----\nno  such\n\n\nquery error\nSELEKT 1\n----\nx\n\ny\n\n\n\nquery T\nSELECT 'a\n \nb'\n----\na b",
            "control resultmode valuewise\r\n\r\nquery II\r\nSELECT 1, 2\r\n----\r\n1\r\n\r\nonlyif mysql\r\nhash-threshold 2\r\n\r\nstatement ok\r\nnonsense\r\n\r\nquery I valuesort label\r\nSELECT 1 UNION SELECT 2 UNION SELECT 3\r\n----\r\nx\r\n\r\n"
                + "connection two\r\nquery\r\nSELECT 5, char(13), ' '\r\n\r\ncontrol substitution on\r\n\r\nlet v\r\nSELECT '#' || char(10) || char(10) || '-'\r\n\r\nquery T\r\nSELECT '$v'\r\n----\r\n<slt:ignore>\r\n\r\nsubtest x\r\n",
        ].map { Array($0.utf8) },
    ]

    private static let words = [
        "\n", "\r\n", "\r", "\0", "#", "----\n", "\n\n", "\n\n\n", "query I\n", "statement error\n", "statement ok\n", "skipif x\n", "onlyif x\n", "halt\n", "<slt:ignore>", "\u{85}",
        " ", "\t", "\u{B}", "  ", "9 values hashing to ", "1\n", "SELECT ", "'", "hash-threshold 1\n\n", "# c\n",
    ].map { Array($0.utf8) }

    private static func mutated(_ dialect: Dialect, _ random: inout SplitMix64) -> [UInt8] {
        let choice = seeds[dialect] ?? []
        var bytes = choice[random.below(choice.count)]
        for _ in 0..<random.between(0, 4) {
            let at = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1, 2: bytes.insert(contentsOf: words[random.below(words.count)], at: at)
            case 3: bytes.removeSubrange(at..<min(bytes.count, at + random.below(12)))
            case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(60))], at: random.below(bytes.count + 1))
            default: bytes.removeSubrange(min(bytes.count, at + 200)...)
            }
        }
        return bytes
    }

    private static func runner(_ dialect: Dialect) -> FileRunner {
        var options = RunOptions()
        options.dialect = dialect
        return FileRunner(options: options)
    }

    /// What a verdict says besides places.
    private static func substance(_ verdict: FileVerdict) -> [String] {
        ["\(verdict.tests) \(verdict.skipped) \(verdict.errors) \(verdict.stopReason)"] + verdict.failures.map { "\($0.kind) \($0.message)" }
    }

    private static let cases = [Dialect.sqlite, .rs].flatMap { dialect in (0..<slices).map { (dialect, $0) } }

    @Test("formatting a second time changes nothing, and formatting changes no verdict", arguments: cases)
    func format(dialect: Dialect, slice: Int) throws {
        var random = SplitMix64(seed: 0xF0 + UInt64(slice))
        let (runner, engine) = (Self.runner(dialect), try SQLiteEngine())
        for _ in 0..<Self.executions {
            let bytes = Self.mutated(dialect, &random)
            let formatted = ScriptFormatter.normalised(Script(bytes), dialect)
            let before = try Self.substance(runner.run(Script(bytes), on: engine))
            let after = try Self.substance(runner.run(Script(formatted), on: engine))
            guard ScriptFormatter.normalised(Script(formatted), dialect) == formatted, before == after else {
                Issue.record("\(dialect) \(String(reflecting: String(decoding: bytes, as: UTF8.self))) becomes \(String(reflecting: String(decoding: formatted, as: UTF8.self))): \(before) \(after)")
                return
            }
        }
    }

    @Test("formatting brings no header to the file's first byte that means something else there", arguments: [
        "\nhash-threshold 8\nstatement ok\nnonsense\n", "\n\nquery X\nstatement ok\nnonsense\n", "\nhash-threshold 8\n\nstatement ok\nnonsense\n", "\nquery I\nSELECT 1\n----\n2\n",
        "hash-threshold 8\nstatement ok\nnonsense\n",
    ])
    func formatFirst(text: String) throws {
        let formatted = ScriptFormatter.normalised(Script(text), .sqlite)
        let (before, after) = (try verdict(text), try verdict(String(decoding: formatted, as: UTF8.self)))
        #expect(before.errors == after.errors)
        #expect(before.tests == after.tests)
        #expect(ScriptFormatter.normalised(Script(formatted), .sqlite) == formatted)
    }

    /// The part, what runs before, between and behind its two inclusions, whether it can be recorded, and what it becomes.
    @Test("a part that is included twice is recorded when its results agree, and reported and left alone when they do not", arguments: [
        ("query I\nSELECT count(*) FROM t\n----\n7\n", "", true, "query I\nSELECT count(*) FROM t\n----\n0\n"),
        ("query I\nSELECT count(*) FROM t\n----\n7\n", "statement ok\nINSERT INTO t VALUES (1)\n", false, "query I\nSELECT count(*) FROM t\n----\n7\n"),
        ("query I\nSELECT count(*) FROM t\n----\n0\n", "statement ok\nINSERT INTO t VALUES (1)\n", false, "query I\nSELECT count(*) FROM t\n----\n0\n"),
        ("query I\nSELECT count(*) FROM t\n----\n1\n", "statement ok\nINSERT INTO t VALUES (1)\n", false, "query I\nSELECT count(*) FROM t\n----\n1\n"),
        ("query I\nSELECT count(*) FROM t\n", "statement ok\nINSERT INTO t VALUES (1)\n", false, "query I\nSELECT count(*) FROM t\n"),
        ("query error\nSELECT * FROM u\n----\nx\n\n\n", "", true, "query error\nSELECT * FROM u\n----\nno such table: u\n\n\n"),
        ("system ok\ncat x 2>/dev/null; echo a >> x\n----\nb\n\n\n", "", false, "system ok\ncat x 2>/dev/null; echo a >> x\n----\nb\n\n\n"),
        ("system ok\necho a &\n----\nb\n\n\n", "", true, "system ok\necho a &\n----\n\n\n\n"),
    ])
    func includedTwice(part: String, between: String, holds: Bool, becomes: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(part.replacing(" x", with: " \(folder.file("x"))"), to: "part.slt")
        let main = try folder.write("statement ok\nCREATE TABLE t(a)\n\ninclude part.slt\n\n\(between)\ninclude ./part.slt\n", to: "main.slt")
        let recorded = try Self.runner(.rs).record(Script(path: main), on: SQLiteEngine())
        #expect(recorded.verdict.passed == holds, "\(recorded.verdict.failures)")
        if !holds { #expect(recorded.verdict.failures.first?.message.hasPrefix("cannot record a result: the record is included more than once") == true) }
        for change in recorded.changes { try Data(change.bytes).write(to: URL(filePath: change.path)) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == becomes.replacing(" x", with: " \(folder.file("x"))"))
    }

    @Test("what has been recorded holds but for what was reported, and recording a second time changes nothing", arguments: cases)
    func record(dialect: Dialect, slice: Int) throws {
        var random = SplitMix64(seed: 0xEC + UInt64(slice))
        let (runner, engine) = (Self.runner(dialect), try SQLiteEngine())
        for _ in 0..<Self.executions {
            let bytes = Self.mutated(dialect, &random)
            let first = try runner.record(Script(bytes), on: engine)
            let recorded = first.changes.first?.bytes ?? bytes
            let second = try runner.record(Script(recorded), on: engine)
            let verdict = try runner.run(Script(recorded), on: engine)
            // A file of the rs dialect ends at its first failure, unless it is recorded.
            let holds = verdict.passed == first.verdict.passed && Set(verdict.failures.map(\.sql)).isSubset(of: first.verdict.failures.map(\.sql))
            guard second.changes.isEmpty, second.verdict.errors == first.verdict.errors, holds else {
                Issue.record("\(dialect) \(String(reflecting: String(decoding: bytes, as: UTF8.self))) becomes \(String(reflecting: String(decoding: recorded, as: UTF8.self))), \(second.changes.count) changes: \(Self.substance(first.verdict)) \(Self.substance(verdict))")
                return
            }
        }
    }
}
