@testable import SQLLogicTest
import Testing

@Suite("What kind of difference two results have") struct MismatchTests {
    private static func category(_ expected: [String], _ actual: [String], columns: Int = 1, texts: [Bool] = [], _ mode: SortMode = .nosort) -> FailureCategory {
        ResultMismatch(columns: columns, areTexts: texts, sortMode: mode, expected: expected, actual: actual).judged.category
    }

    @Test("other values, and more or fewer of them, are wrong rows", arguments: [
        (["1"], ["2"]), (["1"], []), ([], ["1"]), (["1", "2"], ["1"]), (["1", "1", "2"], ["1", "2", "2"]), (["NULL"], ["(empty)"]), (["NULL"], ["0"]),
        (["NULL"], ["null"]), (["a"], ["A"]), (["1", "2"], ["2", "1", "1"]), (["nan"], ["inf"]), (["inf"], ["-inf"]), (["inf"], ["1e308"]),
        (["1.7976931348623157e308"], ["inf"]), (["9223372036854775807"], ["9223372036854775808"]), (["18446744073709551615"], ["18446744073709551616"]),
        (["9007199254740993"], ["9007199254740992.0"]), (["9007199254740992"], ["9007199254740993"]), (["0.1"], ["0.2"]), (["0.333"], ["0.334"]),
        (["1"], ["-1"]), (["007"], ["7"]), (["1 "], ["1"]), (["1_000"], ["1000"]), (["0x10"], ["16"]), (["1e5x"], ["100000"]), (["1.0.0"], ["1.0"]),
        (["0"], ["1"]), (["true"], ["false"]), (["true"], ["yes"]), (["0.0"], ["1e-300"]), (["100.0"], ["100.0000001"]), ([""], ["0"]), (["-"], ["0"]), (["."], ["0"]),
    ] as [([String], [String])])
    func wrongRows(expected: [String], actual: [String]) {
        #expect(Self.category(expected, actual) == .wrongRows)
        #expect(Self.category(actual, expected) == .wrongRows)
    }

    @Test("the same rows in another order are told by rows, not by values")
    func order() {
        #expect(Self.category(["1", "2"], ["2", "1"]) == .rowOrder)
        #expect(Self.category(["1", "1", "2"], ["2", "1", "1"]) == .rowOrder)
        #expect(Self.category(["NULL", "a"], ["a", "NULL"]) == .rowOrder)
        #expect(Self.category(["1", "2", "3", "4"], ["3", "4", "1", "2"], columns: 2) == .rowOrder)
        #expect(Self.category(["1", "2", "3", "4"], ["2", "1", "4", "3"], columns: 2) == .wrongRows)
        #expect(Self.category(["1", "2", "3", "4"], ["1", "4", "3", "2"], columns: 2) == .wrongRows)
        // The same rows, though each value beside its counterpart could be another way to write it.
        #expect(Self.category(["1.0", "1"], ["1", "1.0"]) == .rowOrder)
        #expect(Self.category(["1.0", "2.0"], ["2", "1"]) == .rowOrder)
    }

    @Test("where the record sorts, an order that differs is the script's own mistake", arguments: [SortMode.rowsort, .valuesort])
    func sortedOrder(mode: SortMode) {
        #expect(Self.category(["2", "1"], ["1", "2"], mode) == .script)
        #expect(Self.category(["2", "1"], ["1", "3"], mode) == .wrongRows)
    }

    @Test("numbers that are the same but for how they are written differ in formatting", arguments: [
        ("1", "1.0"), ("1.5", "1.50"), ("1.500", "1.5"), ("0.5", ".5"), ("5.", "5"), ("1e3", "1000"), ("1E+3", "1000.0"), ("-0.0", "0.0"), ("-0", "0"), ("+5", "5"),
        ("inf", "Infinity"), ("-inf", "-Infinity"), ("Inf", "+inf"), ("nan", "NaN"), ("18446744073709551616", "18446744073709551616.0"), ("1e400", "10e399"),
        ("t", "true"), ("false", "f"), ("1", "true"), ("0", "f"), ("0.1", "0.10000000149011612"), ("9007199254740993.0", "9007199254740993"),
    ])
    func formatting(first: String, second: String) {
        for (expected, actual) in [(first, second), (second, first)] {
            let judged = ResultMismatch(columns: 1, expected: [expected, "a"], actual: [actual, "a"]).judged
            #expect(judged.category == .formatting, "\(expected) \(actual)")
            #expect(judged.ulps == nil)
        }
    }

    @Test("floats that are a few units in the last place apart say how many", arguments: [
        ("0.3", "0.30000000000000004", 1), ("1.0", "1.0000000000000002", 1), ("1.0", "0.9999999999999999", 1), ("1", "1.0000000000000004", 2),
        ("-0.3", "-0.30000000000000004", 1), ("0.333333333333333", "0.3333333333333333", 6), ("5e-324", "1e-323", 1), ("1e308", "1.0000000000000002e308", 1),
    ])
    func noise(first: String, second: String, ulps: Int) {
        for (expected, actual) in [(first, second), (second, first)] {
            let judged = ResultMismatch(columns: 1, expected: [expected], actual: [actual]).judged
            #expect(judged.category == .formatting, "\(expected) \(actual)")
            #expect(judged.ulps == ulps, "\(expected) \(actual)")
        }
    }

    @Test("the most units are told, and one other value makes wrong rows of all")
    func mostNoise() {
        let expected = ["0.3", "1.0", "7", "x"]
        #expect(ResultMismatch(columns: 2, expected: expected, actual: ["0.30000000000000004", "1.0000000000000004", "7.0", "x"]).judged.ulps == 2)
        #expect(Self.category(expected, ["0.30000000000000004", "1.0", "7.0", "y"], columns: 2) == .wrongRows)
    }

    @Test("text that looks like numbers is text, except for long floats")
    func texts() {
        #expect(Self.category(["1.10"], ["1.1"], texts: [true]) == .wrongRows)
        #expect(Self.category(["t"], ["true"], texts: [true]) == .wrongRows)
        #expect(Self.category(["1", "a"], ["1.0", "a"], columns: 2, texts: [false, true]) == .formatting)
        #expect(Self.category(["1", "1"], ["1", "1.0"], columns: 2, texts: [false, true]) == .wrongRows)
        #expect(Self.category(["0.3333333333333333"], ["0.333333333333333"], texts: [true]) == .formatting)
        #expect(Self.category(["a", "b"], ["b", "a"], texts: [true]) == .rowOrder)
    }

    @Test("values that are written in another way are sorted in another way, and still the same")
    func sortedFormatting() {
        #expect(Self.category(["10", "9"], ["1e1", "9.0"], .rowsort) == .formatting)
        #expect(Self.category(["-1", "-10", "2"], ["-1.0", "-10.0", "2.0"], .valuesort) == .formatting)
        #expect(Self.category(["1.0", "10.0", "1e0"], ["1", "1", "10"], .valuesort) == .formatting)
        #expect(Self.category(["1.0", "11.0", "1e0"], ["1", "1", "10"], .valuesort) == .wrongRows)
    }
}
