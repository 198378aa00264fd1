import Fleet
@testable import RemoteKit
import TestSupport
import Testing

@Suite struct RecordCheckTests {
    private func check(_ lines: [String], total: Int, outcomes: [Outcome: Int]) throws {
        let folder = try TemporaryFolder()
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "records.jsonl")
        let status = RunStatus(id: "r", phase: .finished, workspace: "/w", createdAt: 0, timeBudget: 1, total: total, queued: 0, running: 0,
                               outcomes: outcomes, workersWanted: 1)
        try RecordCheck(folder: folder.path, status: status).run()
    }

    private let pass = #"{"id":0,"outcome":"pass"}"#, fail = #"{"id":1,"outcome":"fail"}"#

    @Test("records that add up to the files are taken")
    func sound() throws { try check([pass, fail], total: 2, outcomes: [.pass: 1, .fail: 1, .timeout: 0]) }

    @Test("a missing, a doubled and a changed record are found")
    func unsound() {
        #expect(throws: RemoteError.self) { try check([pass], total: 2, outcomes: [.pass: 1, .fail: 1]) }
        #expect(throws: RemoteError.self) { try check([pass, pass], total: 2, outcomes: [.pass: 2]) }
        #expect(throws: RemoteError.self) { try check([pass, fail], total: 2, outcomes: [.pass: 2]) }
        #expect(throws: RemoteError.self) { try check(["nonsense"], total: 1, outcomes: [.pass: 1]) }
    }
}
