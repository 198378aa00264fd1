@testable import SQLLogicTest
import Testing

/// What DuckDB's runner takes for the same, as tables: `test/sqlite/result_helper.cpp` and the casts of texts to types.
@Suite("DuckDB's dialect: comparing") struct DuckComparisonRules {
    @Test("integers and decimals: the expectation is cast to the column's type", arguments: [
        ("5000", "5_000", true), ("5000", "5__000", false), ("5000", "_5000", false), ("5000", "5000_", false), ("1", "1.2", true), ("1", "1.5", false),
        ("2", "1.5", true), ("2", "2.49", true), ("-2", "-1.5", true), ("-1", "-1.4", true), ("0", "-0.4", true), ("0", ".4", true), ("1", ".5", true), ("5", "5.", true),
        ("1000", "1e3", true), ("1000", "1E+3", true), ("15", "1.5e1", true), ("2", "15e-1", true), ("0", "1e-9", true), ("7", "+7", true), ("7", "007", true), ("7", " 7 ", true),
        ("255", "0xFF", true), ("255", "0xff", true), ("10", "0b1010", true), ("-1", "-0x1", false), ("1", "+0x1", false), ("255", "0xF_F", true), ("9", "0x", false), ("9", "9x", false), ("9", "", false), ("9", ".", false),
        ("1", "true", false), ("1", "e", false), ("100", "99.99", true), ("1000", "999.5", true),
        ("9223372036854775807", "9223372036854775806", false), ("170141183460469231731687303715884105727", "170_141_183_460_469_231_731_687_303_715_884_105_727", true),
        ("1.20", "1.2", true), ("1.20", "1.204", true), ("1.20", "1.205", false), ("1.21", "1.205", true), ("1.20", "12e-1", true), ("1.00", "1", true), ("1.00", "0x1", false),
        ("0.50", ".5", true), ("-0.50", "-.5", true), ("NULL", "0", false), ("0", "NULL", false), ("9", "9e99999", false),
    ])
    func numbers(actual: String, expected: String, same: Bool) { #expect(DuckComparison.isSame(actual, expected, .number) == same) }

    @Test("floating-point numbers are the same to 1 %", arguments: [
        ("100.0", "101", true), ("100.0", "102", false), ("1000.0", "1_000", true), ("0.0", "0.000000001", true), ("0.0", "0.0001", false), ("inf", "Infinity", true), ("inf", "-inf", false),
        ("inf", "1e308", false), ("nan", "NaN", true), ("1.0", "true", false), ("1e+20", "100000000000000000000", true), ("-5.0", "5", false),
    ])
    func floats(actual: String, expected: String, same: Bool) { #expect(DuckComparison.isSame(actual, expected, .floatingPoint) == same) }

    @Test("truth values are words or 1 and 0", arguments: [
        ("1", "true", true), ("1", "TRUE", true), ("0", "False", true), ("1", "false", false), ("1", "1.0", false), ("1", "t", false), ("NULL", "0", false),
    ])
    func truths(actual: String, expected: String, same: Bool) { #expect(DuckComparison.isSame(actual, expected, .truth) == same) }

    @Test("other values are the same when their texts are", arguments: [("1", "1.0", false), ("abc", "abc", true), ("abc", "ABC", false), ("1", "<REGEX>:\\d", true)])
    func texts(actual: String, expected: String, same: Bool) { #expect(DuckComparison.isSame(actual, expected, .other) == same) }

    @Test("where the engine says no type, I stands for an integer", arguments: [
        ("5000", "5_000", true), ("1", "1.2", true), ("1", "true", true), ("1", "2", false), ("1.5", "2", false), ("abc", "1", false),
    ])
    func likelyIntegers(actual: String, expected: String, same: Bool) { #expect(DuckComparison.isSame(actual, expected, .likelyInteger) == same) }

    @Test("types by their names", arguments: [
        ("BIGINT", DuckComparison.Kind.number), ("UTINYINT", .number), ("HUGEINT", .number), ("INTEGER", .number), ("UINTEGER", .number), ("DECIMAL", .number), ("DECIMAL(18,3)", .number),
        ("FLOAT", .floatingPoint), ("DOUBLE", .floatingPoint), ("BOOLEAN", .truth), ("VARCHAR", .other), ("INTEGER[]", .other), ("DATE", .other),
    ])
    func kinds(type: String, kind: DuckComparison.Kind) { #expect(DuckComparison.Kind(type: type) == kind) }

    /// Lines, columns and rows of the result, and the values or what is wrong.
    @Test("lines stand for values, or each for a row", arguments: [
        ("1|2|3|4", 2, 2, "1 2 3 4"), ("1\t2|3\t4", 2, 2, "1 2 3 4"), ("a\tb\tc|d", 2, 2, "expected row 1 has 3 values for 2 columns"),
        ("a\tb|d", 2, 2, "expected row 2 has 1 values for 2 columns"), ("a|b", 2, 2, "expected row 1 has 1 values for 2 columns"), ("a|b", 2, 1, "a b"),
        ("a\t\tb", 2, 1, "a b"), ("a\tb", 2, 3, "1 rows expected, 3 found"), ("a\tb|c\td", 2, 1, "2 rows expected, 1 found"), ("a|b|c", 2, 2, "3 values expected, which fill no rows of 2 columns"),
        ("a|b|c|d", 2, 1, "2 rows expected, 1 found"), ("a\tb", 1, 1, "expected row 1 has 2 values for 1 columns"), ("a b", 1, 1, "a b"), ("", 2, 0, ""), ("", 2, 1, "0 rows expected, 1 found"),
        ("a|b", 1, 2, "a b"), ("a", 1, 0, "1 rows expected, 0 found"),
    ])
    func layout(lines: String, columns: Int, rows: Int, result: String) {
        do throws(DuckLayout.Mismatch) {
            #expect(try DuckLayout(columns: columns, rows: rows).values(of: lines.split(separator: "|").map(String.init)).joined(separator: " ") == result)
        } catch {
            #expect(error.message == "wrong result: \(result)")
        }
    }
}
