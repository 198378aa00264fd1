import Testing
@testable import SQLLogicTest

@Suite("what a reduction reads and writes")
struct ReducedScriptTests {
    private static let script = """
        # a comment
        statement ok
        CREATE TABLE t(a)

        skipif sqlite
        statement ok
        CREATE TABLE other(a)

        onlyif sqlite
        query I rowsort label-1
        SELECT a
        FROM t
        ----
        1
        2

        statement error
        SELECT nothing

        query TR valuesort
        SELECT 1
        ----
        30 values hashing to 3c13dee48d9356ae19af2515e05e6b54

        halt

        statement ok
        SELECT 5

        """

    @Test("a halt that a condition keeps out ends nothing")
    func otherHalt() throws {
        let script = Script("onlyif mysql\nhalt\n\nstatement ok\nSELECT 1\n\nskipif mysql\nhalt\n\nstatement ok\nSELECT 2\n")
        #expect(try ReductionReading(script, line: 4, engine: "SQLite").candidate.records.map(\.line) == [4])
        #expect(throws: SQLLogicTestError.self) { try ReductionReading(script, line: 10, engine: "SQLite") }
        #expect(throws: SQLLogicTestError.self) { try ReductionReading(script, line: 4, engine: "mysql") }
    }

    @Test("a record is found by any of its lines, and what a condition keeps out is not among those before it")
    func reading() throws {
        let script = Script(Self.script)
        for line in 10...15 {
            let reading = try ReductionReading(script, line: line, engine: "SQLite")
            #expect(reading.candidate.records.map(\.line) == [2, 10])
            #expect(reading.total == 7)
            guard case .rows(let rows)? = reading.expected else {
                Issue.record("no rows")
                return
            }
            #expect(rows.values == ["1", "2"] && rows.columns == 1)
        }
        let hashed = try ReductionReading(script, line: 20, engine: "sqlite")
        #expect(hashed.candidate.records.map(\.kind) == [.succeeds, .query(types: [73], sortMode: .rowsort), .fails, .query(types: [84, 82], sortMode: .valuesort)])
        guard case .rows(let rows)? = hashed.expected else {
            Issue.record("no hash")
            return
        }
        #expect(rows.count == 30 && rows.values.isEmpty && rows.columns == 1)
        #expect(try ReductionReading(script, line: 6, engine: "PostgreSQL").candidate.records.count == 2)
    }

    @Test("a line without a record that is run is refused", arguments: [(6, "sqlite", "a condition"), (25, "sqlite", "cannot find"), (27, "sqlite", "cannot find"), (500, "sqlite", "cannot find")])
    func refuses(line: Int, engine: String, words: String) {
        #expect { try ReductionReading(Script(Self.script), line: line, engine: engine) } throws: { "\($0)".contains(words) }
    }

    @Test("the script that is written is read as the same records, and its last one is found")
    func writing() throws {
        let reading = try ReductionReading(Script(Self.script), line: 11, engine: "sqlite")
        let made = ReducedScript(reading.candidate, expected: reading.expected, comments: ["why"])
        let again = try ReductionReading(Script(made.script), line: made.lastLine, engine: "sqlite")
        #expect(again.candidate.records.map(\.sql) == reading.candidate.records.map(\.sql))
        #expect(again.candidate.records.map(\.kind) == reading.candidate.records.map(\.kind))
        #expect(again.expected == reading.expected)
        #expect(String(decoding: made.sql, as: UTF8.self) == "-- why\nCREATE TABLE t(a);\nSELECT a FROM t;\n-- right:\n-- 1\n-- 2\n")
    }

    @Test("blank lines and lines like marks of a script within SQL do not end a record")
    func marks() throws {
        let sql = "SELECT 1\n\n+\n----\n# no comment\n2"
        let candidate = ReductionCandidate([ReductionRecord(.succeeds, Array(sql.utf8), line: 1), ReductionRecord(.succeeds, Array("SELECT 1".utf8), line: 2)])
        let made = ReducedScript(candidate, expected: .complete, comments: [])
        #expect(try ReductionReading(Script(made.script), line: made.lastLine, engine: "sqlite").candidate.records.count == 2)
    }

    @Test("a long result is written row by row")
    func long() throws {
        let values = (0..<12).map(String.init)
        let candidate = ReductionCandidate([ReductionRecord(.query(types: [73], sortMode: .nosort), Array("SELECT 1".utf8), line: 1)])
        let made = ReducedScript(candidate, expected: .rows(ResultRows(expected: values, columns: 1)), comments: [])
        #expect(String(decoding: made.script, as: UTF8.self).contains("hash-threshold 0\n"))
        let verdict = try FileRunner().run(Script(made.script), on: SQLiteEngine())
        #expect(verdict.failures.allSatisfy { ($0.recordLine ?? $0.line) == made.lastLine } && !verdict.failures.isEmpty)
    }
}
