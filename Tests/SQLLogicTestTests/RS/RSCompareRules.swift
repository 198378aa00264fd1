import SQLLogicTest
import Testing

@Suite("sqllogictest-rs: results") struct RSCompareRules {
    @Test("row-wise by default: columns joined with one space; both sides trimmed and inner whitespace runs collapsed")
    func rows() throws {
        #expect(try rs("query TT\nSELECT ' a  b ', 'c'\n----\n  a b\t c\n").passed)
        #expect(try rs("query TT\nSELECT 'a', 'b'\n----\na\nb\n").errors == 1)
        #expect(try rs("query T\nSELECT 'ab'\n----\na b\n").errors == 1)
    }

    @Test("expected lines are not sorted, only actual ones")
    func expectedOrder() throws {
        let sql = "SELECT 2 UNION ALL SELECT 1\n----\n"
        #expect(try rs("query I rowsort\n\(sql)1\n2\n").passed)
        #expect(try rs("query I rowsort\n\(sql)2\n1\n").errors == 1)
    }

    @Test("valuewise: one value per line")
    func valueWise() throws {
        let sql = "query II\nSELECT 1, 2\n----\n"
        #expect(try rs("control resultmode valuewise\n\n\(sql)1\n2\n").passed)
        #expect(try rs("control resultmode valuewise\n\n\(sql)1 2\n").errors == 1)
        #expect(try rs("control resultmode valuewise\n\ncontrol resultmode rowwise\n\n\(sql)1 2\n").passed)
    }

    @Test("the sort default comes from control sortmode")
    func sortMode() throws {
        let rows = "SELECT 2 UNION ALL SELECT 1\n----\n"
        #expect(try rs("control sortmode rowsort\n\nquery I\n\(rows)1\n2\n").passed)
        #expect(try rs("control sortmode rowsort\n\nquery I nosort\n\(rows)2\n1\n").passed)
    }

    @Test("valuesort makes single-value rows")
    func valueSort() throws {
        #expect(try rs("query II valuesort\nSELECT 3, 1 UNION ALL SELECT 2, 4\n----\n1\n2\n3\n4\n").passed)
    }

    @Test("rows are sorted as lists of texts")
    func rowSort() throws {
        #expect(try rs("query TT rowsort\nSELECT 'b', 'a' UNION ALL SELECT 'a', 'z' UNION ALL SELECT 'a', '10'\n----\na 10\na z\nb a\n").passed)
    }

    @Test("<slt:ignore>: the expected text is split at the marker, the fragments must be found in order as substrings, not anchored, not normalised")
    func ignore() throws {
        let sql = "query T\nSELECT 'time: 15 ms, rows: 3' UNION ALL SELECT 'end'\n----\n"
        #expect(try rs(sql + "time: <slt:ignore> ms, rows: <slt:ignore>\nend\n").passed)
        #expect(try rs(sql + "rows<slt:ignore>\n").passed)
        #expect(try rs(sql + "rows<slt:ignore>time\n").errors == 1)
        #expect(try rs(sql + "time:  <slt:ignore>ms\n").errors == 1)
    }

    @Test("hash-threshold is 0 (off) by default; n is rows x the types reported by the engine")
    func hash() throws {
        let sql = "query II nosort\nSELECT 1, 2 UNION ALL SELECT 3, 4\n----\n"
        let line = "4 values hashing to f98ed07a4d5f50f7de1410d905f1477f\n"
        #expect(try rs(sql + line).errors == 1)
        let hashed = try rs("hash-threshold 3\n\n" + sql + "x\n")
        #expect(hashed.failures.first?.actual.hasPrefix("4 values hashing to ") == true)
        let actual = hashed.failures.first?.actual ?? ""
        #expect(try rs("hash-threshold 3\n\n" + sql + actual + "\n").passed)
        #expect(try rs("hash-threshold 4\n\n" + sql + "1 2\n3 4\n").passed)
    }

    @Test("a query that returns statement complete is fine if no results are expected")
    func statementAsQuery() throws {
        #expect(try rs("query\nCREATE TABLE t(x)\n").passed)
        #expect(try rs("query\nCREATE TABLE t(x)\n----\n1\n").errors == 1)
    }

    @Test("NULL is NULL and a text without a letter is (empty)")
    func values() throws {
        #expect(try rs("query TTR\nSELECT NULL, '', 1.5\n----\nNULL (empty) 1.5\n").passed)
        #expect(try rs("query I\nSELECT 4294967297\n----\n4294967297\n").passed)
    }
}
