@testable import Fleet
import Testing

@Suite("the bounds of rows that explain a failure") struct FailureRowsTests {
    private func rows(_ count: Int, changed: Int?) -> FailureRows {
        let expected = (0..<count).flatMap { ["\($0)", "value of row \($0)"] }
        var actual = expected
        if let changed { actual[2 * changed] = "other" }
        return FailureRows(recordLine: 1, columns: 2, isValues: false, expected: expected, actual: actual)
    }

    @Test("what is short stays as it is")
    func short() { #expect(rows(10, changed: 4).bounded(bytes: 10_000) == rows(10, changed: 4)) }

    @Test("a difference far below is kept, with a little before it; what is left out is counted")
    func far() {
        let bounded = rows(5000, changed: 4000).bounded(bytes: 4000)
        #expect(bounded.skipped == 3997)
        #expect(bounded.expected?.prefix(2) == ["3997", "value of row 3997"])
        #expect(bounded.actual[6] == "other")
        #expect(bounded.expectedCount == 10_000 && bounded.actualCount == 10_000)
        #expect(bounded.expected?.count == bounded.actual.count)
        #expect((bounded.expected ?? []).joined().utf8.count + bounded.actual.joined().utf8.count < 5000)
    }

    @Test("rows that are not known do not keep the others from being cut")
    func unknown() {
        var some = rows(5000, changed: nil)
        some.expected = nil
        let bounded = some.bounded(bytes: 4000)
        #expect(bounded.skipped == nil && bounded.expected == nil && bounded.expectedCount == nil)
        #expect(bounded.actualCount == 10_000)
        #expect(bounded.actual.first == "0" && bounded.actual.joined().utf8.count < 5000)
    }

    @Test("sides of different length keep the rows they have")
    func uneven() {
        var some = rows(3000, changed: nil)
        some.actual = Array(some.actual.prefix(2))
        let bounded = some.bounded(bytes: 4000)
        #expect(bounded.actual == ["0", "value of row 0"])
        #expect(bounded.actualCount == 2 && bounded.expectedCount == 6000)
        #expect((bounded.expected?.count ?? 0) > 20)
    }

    @Test("one enormous value is cut")
    func enormous() {
        let some = FailureRows(recordLine: 1, columns: 1, isValues: false, expected: [String(repeating: "x", count: 1 << 20)], actual: ["y"])
        #expect((some.bounded(bytes: 1 << 16).expected?[0].utf8.count ?? 0) <= 4100)
    }

    @Test("a run that goes on on another engine says only what both have")
    func otherEngine() {
        var one = EngineIdentity(name: "sqlite"), other = EngineIdentity(name: "sqlite")
        (one.version, one.digest, one.worker, one.host) = ("3.40.1", "aa", "bb", "h")
        (other.version, other.digest, other.worker, other.host) = ("3.40.1", "ab", "bb", "h")
        let both = one.agreeing(with: other)
        #expect(both.version == "3.40.1" && both.worker == "bb" && both.host == "h" && both.digest == nil)
        #expect(one.agreeing(with: one) == one)
    }
}
