@testable import SQLLogicTest
import Testing

@Suite("The rows of failing records") struct RecordRowsTests {
    private static func rows(_ text: String, _ dialect: Dialect = .sqlite) throws -> [RecordRows] {
        var options = RunOptions()
        options.dialect = dialect
        options.keepsRows = true
        return try FileRunner(options: options).run(Script(text), on: SQLiteEngine()).rows ?? []
    }

    @Test("they are kept only when asked for, for results that are others")
    func asked() throws {
        #expect(try verdict("query I\nSELECT 1\n----\n2\n").rows == nil)
        #expect(try Self.rows("query I\nSELECT 1\n----\n1\n\nstatement ok\nSELECT x\n\nquery I\nSELECT x\n----\n1\n") == [])
    }

    @Test("they are as they were compared, with what the script has")
    func plain() throws {
        let kept = try Self.rows("\nquery IT rowsort\nSELECT 2, 'b' UNION ALL SELECT 1, NULL\n----\n1\nx\n")
        #expect(kept.count == 1)
        #expect(kept[0].recordLine == 2 && kept[0].columns == 2 && kept[0].types == "IT" && kept[0].sortMode == .rowsort && !kept[0].isValues)
        #expect(kept[0].expected == ["1", "x"] && kept[0].actual == ["1", "NULL", "2", "b"])
        #expect(kept[0].expectedCount == 2 && kept[0].actualCount == 4)
        #expect(kept[0].identity?.occurrence == 1)
        let values = try Self.rows("query II valuesort\nSELECT 2, 1\n----\n1\n3\n")
        #expect(values[0].isValues && values[0].columns == 1 && values[0].actual == ["1", "2"])
    }

    @Test("of a hash the script has no rows")
    func hash() throws {
        let kept = try Self.rows("hash-threshold 1\n\nquery I\nSELECT 2 UNION ALL SELECT 1\n----\n3 values hashing to 0\n")
        #expect(kept[0].expected == nil)
        #expect(kept[0].expectedHash == "3 values hashing to 0")
        #expect(kept[0].expectedCount == 3)
        #expect(kept[0].actual == ["2", "1"])
    }

    @Test("other dialects have them too; a line of several words is one value where it fits no columns", arguments: [Dialect.rs, .duckdb])
    func dialects(dialect: Dialect) throws {
        let separator = dialect == .rs ? " " : "\t"
        let kept = try Self.rows("query IT\nSELECT 1, 'a'\n----\n1\(separator)b\n", dialect)
        #expect(kept.map(\.columns) == [2])
        #expect(kept[0].expected == ["1", "b"] && kept[0].actual == ["1", "a"] && kept[0].identity != nil)
        guard dialect == .rs else { return }
        let text = try Self.rows("query TT\nSELECT 'a b', 'c'\n----\na x c\n", .rs)
        #expect(text[0].columns == 1 && text[0].expected == ["a x c"] && text[0].actual == ["a b c"])
    }

    @Test("a record in a concurrent loop has them, of the round that ends the file")
    func concurrent() throws {
        let kept = try Self.rows("concurrentforeach x a b c\n\nquery T\nSELECT '{x}'\n----\na\n\nendloop\n", .duckdb)
        #expect(kept.map(\.actual) == [["b"]])
        #expect(kept.first?.expected == ["a"])
        #expect(kept.first?.identity != nil)
    }

    @Test("they are bounded in number and bytes, and say how many values there were")
    func bounded() throws {
        let wide = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT x, 'value' FROM c"
        let one = "query IT\n\(wide)\n----\n40000 values hashing to 0\n\n"
        let kept = try Self.rows(one)
        #expect(kept[0].actualCount == 40000)
        #expect(kept[0].actual.map(\.utf8.count).reduce(0, +) <= RecordRows.byteLimit)
        #expect(kept[0].actual.count > 1000)
        #expect(try Self.rows(String(repeating: "query I\nSELECT 1\n----\n2\n\n", count: 120)).count == RecordRows.mostRecords)
        #expect(try Self.rows("query T\nSELECT hex(zeroblob(400000))\n----\nx\n")[0].actual == [])
    }
}
