@testable import Fleet
import Testing

@Suite("what a client expects of files") struct SuiteExpectationsTests {
    private let names = ["a", "b", "c", "d"].map { SuiteFile(name: Array("t/\($0).test".utf8), size: 100) }

    private func order(_ history: SuiteHistory) throws -> [String] {
        try Suite(files: names).selecting(Selection(), history: history, seed: 0).files.map(\.text)
    }

    @Test("orders a suite whose host knows nothing")
    func fresh() throws {
        let known = SuiteExpectations(lastRun: "20260101-000000-aaaa", files: [
            .init(file: "t/a.test", seconds: 1, failed: nil), .init(file: "t/b.test", seconds: 9, failed: nil), .init(file: "t/d.test", seconds: 1, failed: true),
        ])
        #expect(try order(SuiteHistory().completed(with: known)) == ["t/d.test", "t/c.test", "t/b.test", "t/a.test"])
        #expect(SuiteHistory().completed(with: known).failedLast(names[3]))
    }

    @Test("has the last word on verdicts only where it is as late as the host's own")
    func merged() throws {
        var own = SuiteHistory()
        own.expect(.init(file: "t/a.test", seconds: 5, failed: true), isLatest: true)
        own.expect(.init(file: "t/b.test", seconds: 3, failed: nil), isLatest: true)
        own.lastRun = "20260201-000000-aaaa"
        let files: [SuiteExpectations.File] = [.init(file: "t/a.test", seconds: 1, failed: nil), .init(file: "t/c.test", seconds: 2, failed: true)]
        let older = own.completed(with: SuiteExpectations(lastRun: "20260101-000000-aaaa", files: files))
        #expect(older.failedLast(names[0]))
        #expect(older.failedLast(names[2]))
        #expect(older[names[0]]?.duration == 1)
        #expect(older[names[1]]?.duration == 3)
        let newer = own.completed(with: SuiteExpectations(lastRun: "20260201-000000-aaaa", files: files))
        #expect(!newer.failedLast(names[0]))
    }

    @Test("is bounded, and takes no nonsense")
    func bounded() {
        let many = (0...SuiteExpectations.most).map { SuiteExpectations.File(file: "\($0)", seconds: 1, failed: nil) }
        #expect(SuiteExpectations(lastRun: "", files: many).files.count == SuiteExpectations.most)
        let long = SuiteExpectations.File(file: String(repeating: "x", count: SuiteExpectations.mostBytes - 1), seconds: 1, failed: nil)
        #expect(SuiteExpectations(lastRun: "", files: [long, many[10], many[11]]).files.count == 1)
        let odd = SuiteExpectations(lastRun: "z", files: [.init(file: "t/a.test", seconds: .nan, failed: true), .init(file: "t/b.test", seconds: -1, failed: true)])
        #expect(SuiteHistory().completed(with: odd).isEmpty)
    }
}
