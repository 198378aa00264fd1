import Fleet
import RemoteKit
@testable import Reports
import Testing

@Suite("files that fail, as they fail") struct FailureLineTests {
    private func line(_ outcome: Outcome, _ change: (inout FileRecord) -> Void = { _ in }) -> String? {
        var record = FileRecord(id: 0, file: "test/a.test", outcome: outcome, errors: outcome == .fail ? 1 : 0, duration: 0.31, finishedAt: 0)
        change(&record)
        return FailureLine.text(record, upwards: "../", style: Style())
    }

    @Test("each way to fail has its word, its time and a place to click on")
    func words() {
        var failure = RecordFailure(line: 12, message: "wrong result", sql: "SELECT 1")
        #expect(line(.fail) { $0.failures = [failure] } == "      FAIL [   0.3s] ../test/a.test:12: wrong result")
        failure.kind = .wrongRows
        #expect(line(.fail) { $0.failures = [failure] } == "      FAIL [   0.3s] ../test/a.test:12: wrong rows")
        failure.kind = .rowOrder
        #expect(line(.fail) { ($0.failures, $0.errors, $0.consequences) = ([failure], 9, 2) } == "      FAIL [   0.3s] ../test/a.test:12: same rows in another order; 7 records and 2 consequences")
        (failure.kind, failure.ulps) = (.formatting, 1)
        #expect(line(.fail) { $0.failures = [failure] } == "      FAIL [   0.3s] ../test/a.test:12: differs only in formatting (1 ULP)")
        #expect(line(.timeout) { ($0.message, $0.stoppedAt) = ("killed after 5m00s", 40) } == "   TIMEOUT [   0.3s] ../test/a.test:40: killed after 5m00s")
        #expect(line(.crashed) { $0.message = "signal 11" } == "     CRASH [   0.3s] ../test/a.test: signal 11")
        #expect(line(.outOfMemory) { $0.message = "out of memory: too big" } == "    MEMORY [   0.3s] ../test/a.test: too big")
        #expect(line(.unreadable) == "UNREADABLE [   0.3s] ../test/a.test")
        #expect(line(.pass) { ($0.flaky, $0.runs) = (true, RunCounts(passed: 1, failed: 1)) } == "     FLAKY [   0.3s] ../test/a.test: passed in 1 of 2 runs")
    }

    @Test("what holds, or was not run, has no line", arguments: [Outcome.pass, .blocked, .unsupported, .skipped, .untested])
    func none(outcome: Outcome) { #expect(line(outcome) == nil) }

    @Test("a name that would act on a terminal is one line, also in colour")
    func hostile() {
        var record = FileRecord(id: 0, file: "a\n\u{1B}[2J.test", outcome: .crashed, finishedAt: 0, message: "x\ny\u{202E}")
        record.duration = .nan
        let text = FailureLine.screen(record, style: Style(color: true))?.text ?? ""
        #expect(text == "\u{1B}[31m     CRASH\u{1B}[0m [      ?] a\\n\\e[2J.test: x\\ny\\u{202E}")
    }

    @Test("the past of a file is told in a few words", arguments: [
        (FailurePast(runs: 20, failed: 3, firstCommit: "4c1f2e", firstAt: 1_000_000 - 2 * 86_400), "failed 3 of the last 20 runs, first on 4c1f2e, two days ago"),
        (FailurePast(runs: 1, failed: 1, firstAt: 1_000_000 - 3600), "failed in the last run, first one hour ago"),
        (FailurePast(runs: 2, failed: 1), "failed 1 of the last 2 runs"), (FailurePast(runs: 7, failed: 7, firstCommit: "0123456789abcdef"), "failed 7 of the last 7 runs, first on 01234567"),
        (FailurePast(runs: 0, failed: 0), "new"), (FailurePast(runs: 20, failed: 0), "new: passed in the last 20 runs"), (FailurePast(runs: 1, failed: 0), "new: passed in the last run"),
        (FailurePast(runs: 3, failed: 1, firstCommit: "a\u{1B}b", firstAt: 2_000_000), "failed 1 of the last 3 runs, first on a\\eb, just now"),
    ])
    func past(past: FailurePast, words: String) { #expect(past.words(now: 1_000_000) == words) }

    @Test("ages are told in the largest unit", arguments: [(59.0, "just now"), (60, "one minute ago"), (7200, "two hours ago"), (86_400 * 13, "one week ago"), (86_400 * 800, "two years ago"), (.nan, "just now"), (1e300, "1,000,000 years ago")])
    func ages(seconds: Double, words: String) { #expect(AgeWords.text(seconds) == words) }
}

@Suite("failures of a file") struct ReportedFileTests {
    private func failure(_ line: Int, record: Int? = nil, causedBy: Int? = nil, sql: String = "s", message: String = "wrong result") -> RecordFailure {
        var failure = RecordFailure(line: line, message: message, sql: sql, expected: "1", actual: "2")
        (failure.recordLine, failure.causedBy, failure.kind) = (record, causedBy, .wrongRows)
        return failure
    }

    private func file(_ failures: [RecordFailure], errors: Int? = nil, rows: [FailureRows] = []) -> ReportedFile {
        ReportedFile(FileRecord(id: 0, file: "f", outcome: .fail, errors: errors ?? failures.count, finishedAt: 0, failures: failures), rows: rows)
    }

    @Test("what is wrong with one record is one block, and what follows from it is folded under it")
    func folds() {
        let found = file([failure(12, record: 10), failure(13, record: 10), failure(20, record: 20), failure(30, record: 30, causedBy: 10), failure(40, record: 40, causedBy: 99), failure(50, record: 50, causedBy: 12)], errors: 9)
        #expect(found.blocks.map(\.line) == [12, 20, 40])
        #expect(found.blocks[0].others.map(\.line) == [13] && found.blocks[0].consequences.map(\.line) == [30, 50])
        #expect(found.consequences == 3 && found.unseen == 3 && found.extent == "6 records and 3 consequences")
        #expect(FailureKind.counts(in: [found]) == [.wrongRows: 2])
    }

    @Test("records of older releases, which say no line, are told apart by their SQL")
    func older() {
        #expect(file([failure(12), failure(13), failure(20, sql: "t"), failure(30, sql: "", message: "m"), failure(31, sql: "", message: "m")]).blocks.map(\.line) == [12, 20, 30, 31])
    }

    @Test("rows are found by the record, also when they know another kind; a hash without rows says so")
    func rows() {
        var rows = FailureRows(recordLine: 10, columns: 2, isValues: false, expected: ["1", "a", "2", "b"], actual: ["2", "b", "1", "a"])
        (rows.kind, rows.provenBy) = (.rowOrder, "sqlite 3.40.1")
        var hashed = failure(12, record: 10)
        hashed.isHashed = true
        var found = file([hashed], rows: [rows]).blocks[0]
        #expect(found.title == "same rows in another order")
        #expect(found.notes == ["add rowsort to the record, or ORDER BY to the query", "expected rows, proven by sqlite 3.40.1"])
        #expect(found.difference(Style(), most: 10).count == 3)
        (rows.expected, rows.unknown, rows.kind) = (nil, "the server has gone", .wrongRows)
        found = file([hashed], rows: [rows]).blocks[0]
        #expect(found.notes.last == "the expected rows are not known: the server has gone")
        #expect(found.difference(Style(), most: 10) == ["+ 2  b", "+ 1  a"])
        #expect(file([hashed]).blocks[0].notes == ["the expected rows are not known"])
        // Of an included script, whose lines are others.
        hashed.script = "x.test"
        #expect(file([hashed], rows: [rows]).blocks[0].rows == nil)
    }

    @Test("a record of an included script is told with that, and never as a line of the file")
    func places() {
        var other = failure(3, record: 3, message: "in part.slt: statement error: x")
        (other.script, other.kind) = ("part.slt", .unexpectedError)
        let found = file([other, failure(12, record: 10)])
        #expect(found.place == "f (part.slt:3)")
        #expect(found.line == nil)
        #expect(found.placedTitle == "part.slt:3: statement error: x")
        #expect(found.place(of: found.blocks[1]) == "f:12")
        let lines = FailureSection(files: [found], total: 1, upwards: "../", extent: .whole, all: "").lines(Style(), now: 0)
        #expect(lines.filter { $0.hasPrefix("  ../") } == ["  ../f (part.slt:3): statement error: x; 2 records", "  ../f:12: wrong rows"])
        #expect(file([failure(12, record: 10), other]).line == 12)
    }

    @Test("what follows is put under its cause in its own script; where only another script has such a line, its place is told in full")
    func follows() {
        var cause = failure(10, record: 10), effect = failure(30, record: 30, causedBy: 10)
        (cause.script, effect.script) = ("part.slt", "part.slt")
        let found = file([failure(10, record: 10), cause, effect])
        #expect(found.blocks.map(\.consequences.count) == [0, 1])
        #expect(found.blocks[1].line(of: effect, in: "f") == "line 30")
        #expect(file([cause, failure(30, record: 30, causedBy: 10)]).blocks[0].consequences.count == 1)
        #expect(found.blocks[1].line(of: failure(30), in: "f") == "line 30 of f")
        #expect(found.blocks[0].line(of: effect, in: "f") == "line 30 of part.slt")
    }

    @Test("floats that are some ULPs apart are not called equal")
    func rounding() {
        var one = failure(1, record: 1)
        one.kind = .formatting
        #expect(file([one]).blocks[0].notes == ["the values are equal and written in another way"])
        one.ulps = 1
        #expect(file([one]).blocks[0].title == "differs only in formatting (1 ULP)")
        #expect(file([one]).blocks[0].notes == ["the floats differ in their last digits; round them in the query, or expect the new ones"])
    }

    @Test("no more lines than asked for, whatever a record holds")
    func bounded() {
        var many = failure(1, record: 1)
        (many.expected, many.actual) = (String(repeating: "a\n", count: 5000), String(repeating: "b\n", count: 5000))
        #expect(file([many]).blocks[0].difference(Style(), most: 8).count <= 8)
        let values = (0..<100).map { failure($0 + 1, record: 1) }
        #expect(file(values).blocks[0].difference(Style(), most: 8).count == 8)
    }
}
