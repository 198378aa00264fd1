import FoundationEssentials
@testable import SQLLogicTest
import Testing
import TestSupport

@Suite("Kinds of failures in reports") struct KindReportTests {
    private static func run(_ text: String, _ change: (inout RunCommand) -> Void = { _ in }) throws -> String {
        let folder = try TemporaryFolder()
        var command = RunCommand(files: [try folder.write(text, to: "a.test")])
        change(&command)
        var output = ""
        _ = command.run(on: try SQLiteEngine(), output: { output += $0 }, diagnostics: { _ in })
        return output.replacing(command.files[0], with: "a.test")
    }

    @Test("another order and another way of writing are told, with what helps")
    func hints() throws {
        #expect(try Self.run("query I\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n").contains(
            "\n    row-order: the same rows in another order; add rowsort to the record, or ORDER BY to the query\n"))
        #expect(try Self.run("query I\nSELECT 1\n----\n1.0\n").contains("\n    formatting: the same values, written in another way\n"))
        #expect(try Self.run("query R\nSELECT '1.0000000000000004'\n----\n1.0\n") { $0.options.dialect = .rs }.contains("floats are up to 2 ULPs (units in the last place) apart\n"))
        #expect(try Self.run("query I rowsort\nSELECT 2 UNION ALL SELECT 1\n----\n2\n1\n").contains("\n    script: the record's result is not sorted as its sort mode says\n"))
    }

    @Test("what follows from a failure is folded below it")
    func folded() throws {
        let text = "statement ok\nCREATE TABLE t(a, a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\nquery I\nSELECT 1\n----\n2\n\nquery I\nSELECT a FROM t\n----\n1\n"
        #expect(try Self.run(text) == """
            a.test:1: statement error: duplicate column name: a
                CREATE TABLE t(a, a)
                and 2 more failures that follow from line 1
            a.test:10: wrong result
                SELECT 1
                - 2
                + 1
            4 errors out of 4 tests in a.test - 0 skipped.

            """)
        #expect(try Self.run("statement ok\nCREATE TABLE t(a, a)\n\nstatement ok\nDROP TABLE t\n").contains("    and 1 more failure that follows from line 1\n"))
    }

    @Test("JSON has the kind, the record and the cause; JUnit has the kind as its type")
    func machines() throws {
        let text = "statement ok\nCREATE TABLE t(a, a)\n\nquery I\nSELECT a FROM t\n----\n1\n\nquery I\nSELECT 1\n----\n1.0\n"
        let line = try JSONDecoder().decode(FileVerdict.self, from: Data(try Self.run(text) { $0.json = true }.utf8))
        #expect(line.failures.map(\.category) == [.unexpectedError, .unexpectedError, .formatting])
        #expect(line.failures.map(\.recordLine) == [1, 4, 9])
        #expect(line.failures.map(\.causedBy) == [nil, 1, nil])
        #expect(line.failures.allSatisfy { $0.identity?.digest.utf8.count == 16 })
        #expect(line.consequences == 1)
        let folder = try TemporaryFolder()
        _ = try Self.run("query I\nSELECT 2 UNION ALL SELECT 1\n----\n1\n2\n") { $0.junit = folder.file("j.xml") }
        #expect(String(decoding: try Data(contentsOf: URL(filePath: folder.file("j.xml"))), as: UTF8.self).contains("<failure type=\"row-order\" message=\""))
    }
}
