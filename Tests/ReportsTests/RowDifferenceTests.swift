import Fleet
@testable import Reports
import TestSupport
import Testing

@Suite("rows that were expected beside those that came") struct RowDifferenceTests {
    private func rows(_ text: String) -> [[String]] { text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) } }

    @Test("equal rows are no difference")
    func equal() {
        #expect(RowDifference(expected: [], actual: []).lines.isEmpty)
        #expect(RowDifference(expected: rows("1 a\n2 b"), actual: rows("1 a\n2 b")).lines.isEmpty)
    }

    @Test("a changed value names its column, and what is around it stands there")
    func changed() {
        let difference = RowDifference(expected: rows("1 a\n2 b\n3 c\n4 d\n5 e\n6 f\n7 g"), actual: rows("1 a\n2 b\n3 c\n4 x\n5 e\n6 f\n7 g"))
        #expect(difference.lines == [.same(["1", "a"]), .same(["2", "b"]), .same(["3", "c"]),
                                     .changed(expected: ["4", "d"], actual: ["4", "x"], columns: [1]),
                                     .same(["5", "e"]), .same(["6", "f"]), .same(["7", "g"])])
    }

    @Test("a missing and a surplus row move nothing")
    func moved() {
        let expected = (0..<40).map { ["\($0)"] }
        var actual = expected
        actual.remove(at: 10)
        actual.insert(["new"], at: 30)
        let lines = RowDifference(expected: expected, actual: actual).lines
        #expect(lines == [.omitted(8), .same(["8"]), .same(["9"]), .expected(["10"]), .same(["11"]), .same(["12"]), .omitted(16),
                          .same(["29"]), .same(["30"]), .actual(["new"]), .same(["31"]), .same(["32"]), .omitted(7)])
    }

    @Test("rows with nothing in common are two rows")
    func strangers() {
        #expect(RowDifference(expected: [["1", "a"]], actual: [["2", "b"]]).lines == [.expected(["1", "a"]), .actual(["2", "b"])])
        #expect(RowDifference(expected: [["1"]], actual: [["2"]]).lines == [.changed(expected: ["1"], actual: ["2"], columns: [0])])
    }

    @Test("rows of different widths are compared")
    func ragged() {
        #expect(RowDifference(expected: [["1", "a"]], actual: [["1"]]).lines == [.changed(expected: ["1", "a"], actual: ["1"], columns: [1])])
    }

    @Test("many lines are cut, and their number is said")
    func many() {
        let difference = RowDifference(expected: (0..<500).map { ["\($0)"] }, actual: [], most: 20)
        #expect(difference.lines.count == 20)
        #expect(difference.more == 480)
    }

    @Test("every row of both sides is told, whatever they are")
    func random() {
        var generator = SeededRandom(11)
        for _ in 0..<300 {
            let kinds = Int.random(in: 1...12, using: &generator)
            let make = { (count: Int) in (0..<count).map { _ in ["\(Int.random(in: 0..<kinds))", "\(Int.random(in: 0..<2))"] } }
            let expected = make(Int.random(in: 0..<30, using: &generator)), actual = make(Int.random(in: 0..<30, using: &generator))
            var old = 0, new = 0
            for line in RowDifference(expected: expected, actual: actual, most: .max).lines {
                switch line {
                case .same(let row):
                    #expect(expected[old] == row && actual[new] == row)
                    (old, new) = (old + 1, new + 1)
                case .omitted(let count):
                    #expect(expected[old..<old + count] == actual[new..<new + count])
                    (old, new) = (old + count, new + count)
                case .changed(let left, let right, _):
                    (old, new) = (old + 1, new + 1)
                    #expect(expected.contains(left) && actual.contains(right))
                case .expected: old += 1
                case .actual: new += 1
                }
            }
            #expect(expected == actual || (old == expected.count && new == actual.count))
        }
    }

    @Test("a hundred thousand rows on each side are compared, few of them in common")
    func large() {
        let expected = (0..<100_000).map { ["\($0)", "x"] }
        let actual = (0..<100_000).map { ["\($0 % 3 == 0 ? $0 : -$0)", "y"] }.reversed() + expected.suffix(10)
        let difference = RowDifference(expected: expected, actual: Array(actual))
        #expect(difference.lines.count == RowDifference.linesShown)
    }

    @Test("what was left out before and behind is no difference")
    func bounded() {
        var rows = FailureRows(recordLine: 1, columns: 2, isValues: false, expected: ["5", "a", "6", "b", "7", "c"], actual: ["5", "a", "6", "x"])
        rows.skipped = 1000
        rows.actualCount = 2006
        rows.expectedCount = 2006
        let difference = RowDifference(rows)
        #expect(difference?.lines == [.omitted(1000), .same(["5", "a"]), .changed(expected: ["6", "b"], actual: ["6", "x"], columns: [1])])
        #expect(difference?.actualUnseen == 1)
        #expect(difference?.expectedUnseen == 0)
        rows.expected = nil
        #expect(RowDifference(rows) == nil)
    }

    @Test("as text the values stand in columns, and no value acts on the terminal")
    func text() {
        let difference = RowDifference(expected: [["1", "short"], ["2", "longer value"]], actual: [["1", "short"], ["2", "\u{1B}[2Jx"]])
        #expect(difference.text(Style()) == ["  1  short", "- 2  longer value", "+ 2  \\e[2Jx"])
    }
}
