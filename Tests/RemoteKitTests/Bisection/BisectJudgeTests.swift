import Fleet
import Testing
@testable import RemoteKit

@Suite("what a run says of a revision") struct BisectJudgeTests {
    private static func record(_ outcome: Outcome, failing: [Int] = [], stoppedAt: Int? = nil, message: String? = nil) -> FileRecord {
        var record = FileRecord(id: 0, file: "a.test", outcome: outcome, errors: failing.count, finishedAt: 1, message: message)
        record.stoppedAt = stoppedAt
        record.failures = failing.map { line in
            var failure = RecordFailure(line: line + 3, message: "wrong result")
            failure.recordLine = line
            failure.kind = .wrongRows
            failure.identity = RecordIdentity(digest: "d\(line)", occurrence: 1)
            return failure
        }
        return record
    }

    @Test("a file passes or fails as a whole; a record by its own line", arguments: [
        (nil, record(.pass), .good), (nil, record(.fail, failing: [7]), .bad), (nil, record(.crashed), .bad), (nil, record(.timeout, stoppedAt: 7), .bad),
        (nil, record(.untested), .skip), (nil, record(.unreadable), .skip), (nil, record(.skipped), .skip),
        (7, record(.pass), .good), (7, record(.fail, failing: [7]), .bad), (10, record(.fail, failing: [7]), .bad), (7, record(.fail, failing: [20]), .good),
        // The file was not run so far, or ended just there.
        (7, record(.fail, failing: [2], stoppedAt: 2), .skip), (7, record(.crashed, stoppedAt: 7), .bad), (7, record(.crashed, stoppedAt: 9), .good), (7, record(.crashed, stoppedAt: 3), .skip),
    ] as [(Int?, FileRecord, BisectVerdict)])
    func verdicts(line: Int?, record: FileRecord, verdict: BisectVerdict) {
        let judgement = BisectJudge(targets: [BisectTarget(file: "a.test", line: line)]).judge(["a.test": record])
        #expect(judgement.verdict == verdict)
        #expect((judgement.reason != nil) == (verdict == .skip))
        #expect(judgement.failures.isEmpty == (verdict != .bad))
    }

    @Test("of a file only the failures that are looked at are kept, of several files one is enough")
    func several() {
        let targets = [BisectTarget(file: "a.test", line: 7), BisectTarget(file: "b.test")]
        let judge = BisectJudge(targets: targets), failing = Self.record(.fail, failing: [2, 7, 9]), passing = Self.record(.pass)
        let one = judge.judge(["a.test": failing, "b.test": passing])
        #expect(one.verdict == .bad)
        #expect(one.failures.map { $0.failures.map(\.recordLine) } == [[7]])
        #expect(judge.judge(["a.test": failing]).verdict == .bad)
        #expect(judge.judge(["a.test": passing]).verdict == .skip)
        #expect(judge.judge(["a.test": passing], error: "no engine").reason == "b.test: no engine")
    }

    @Test("a record is known by its SQL where its line is another one")
    func identity() {
        var judge = BisectJudge(targets: [BisectTarget(file: "a.test", line: 7)])
        judge.identities[BisectTarget(file: "a.test", line: 7)] = RecordIdentity(digest: "d30", occurrence: 1)
        #expect(judge.judge(["a.test": Self.record(.fail, failing: [30])]).verdict == .bad)
        #expect(judge.judge(["a.test": Self.record(.fail, failing: [7])]).verdict == .good)
    }

    @Test("FILE:LINE is told apart from a file", arguments: [
        ("a.test", "a.test", nil), ("a.test:12", "a.test", 12), ("a:b", "a:b", nil), ("a:0", "a:0", nil), ("a:-1", "a:-1", nil), ("a:", "a:", nil), ("a:3:4", "a:3", 4),
    ] as [(String, String, Int?)])
    func target(text: String, name: String, line: Int?) {
        let read = BisectTarget.read(text)
        #expect(read.name == name)
        #expect(read.line == line)
    }
}
