import AgentProtocol
import Fleet
import Synchronization
import Testing
@testable import RemoteKit

@Suite("groups of failures that are reduced side by side")
struct CausesBoardTests {
    private func group(_ name: String, _ count: Int = 1) -> SimilarFailures {
        let failure = RecordFailure(line: 1, message: "wrong", sql: "SELECT 1", expected: "", actual: "")
        return SimilarFailures(features: FailureFeatures(failure, rows: nil), members: (1...count).map { SimilarFailures.Member(file: name, line: $0) })
    }

    private func file(_ sql: String, records: Int, isMinimal: Bool = false) -> ReducedFile {
        ReducedFile(script: sql, sql: sql, reason: "it is wrong", line: 1, total: 100, progress: ReductionProgress(records: records, bytes: 10 * records, tries: 5), seconds: 1, isMinimal: isMinimal)
    }

    private func board(_ groups: [SimilarFailures], events: @escaping @Sendable (ReduceAllJob.Event) -> Void = { _ in }) -> CausesBoard { CausesBoard(groups, events: events) }

    @Test("causes are in the order of the groups, whichever ends first, and groups with the same statements are one")
    func order() throws {
        let board = board([group("a", 3), group("b", 2), group("c")])
        let (a, b, c) = (try #require(board.begin()), try #require(board.begin()), try #require(board.begin()))
        #expect([a, b, c].map(\.failure.file) == ["a", "b", "c"])
        #expect(board.begin() == nil)
        board.note(file("SELECT c FROM t;", records: 1, isMinimal: true), of: c.number)
        board.end(c.number)
        board.note(file("SELECT x, y FROM u;", records: 1, isMinimal: true), of: b.number)
        board.end(b.number)
        #expect(board.causes.causes.map(\.representative.file) == ["b", "c"])
        #expect(board.causes.left == 3)
        board.note(file("SELECT d FROM s;", records: 1, isMinimal: true), of: a.number)
        board.end(a.number)
        #expect(board.isDone)
        #expect(board.causes.causes.map(\.representative.file) == ["a", "b"])
        #expect(board.causes.causes.map(\.members.count) == [4, 2])
    }

    @Test("one that is not reduced to its end counts with its smallest file so far")
    func unfinished() throws {
        let told = Mutex<[FailureCause]>([])
        let board = board([group("a"), group("b"), group("c")]) { event in
            if case .causes(let causes, _) = event { told.withLock { $0 = causes } }
        }
        _ = board.begin()
        _ = board.begin()
        board.note(file("SELECT 1;", records: 9), of: 0)
        board.note(file("SELECT 2;", records: 4), of: 0)
        // One that was begun again is larger at first.
        board.note(file("SELECT 3;", records: 30), of: 0)
        #expect(told.withLock { $0.map { $0.reduced?.progress.records } } == [4])
        board.end(1, problem: "it was lost")
        #expect(told.withLock { $0.map(\.problem) } == [nil, "it was lost"])
        #expect(told.withLock { $0.map { $0.reduced == nil } } == [false, true])
    }

    @Test("after a lost connection what was at work is begun again, and what is lost each time is given up")
    func lost() throws {
        let board = board([group("a"), group("b")])
        let first = try #require(board.begin())
        board.end(first.number)
        for _ in 1...3 {
            #expect(board.waiting == 1 && board.next?.file == "b")
            #expect(board.begin()?.failure.file == "b")
            #expect(!board.isDone && board.waiting == 0)
            board.takeBack("the connection was lost")
        }
        #expect(board.isDone)
        #expect(board.causes.causes.map(\.problem) == [nil, "the connection was lost"])
    }

    @Test("a group goes on from what was left before its connection was lost, else from what an earlier reduction has left; what is left is told by the record")
    func goingOn() throws {
        var earlier = ReductionState()
        earlier.keep(file("SELECT 7;", records: 7), of: "b:1", at: ReductionState.here)
        let told = Mutex<[String]>([])
        let board = CausesBoard([group("a"), group("b")], earlier: earlier) { event in
            if case .left(let record, let file) = event { told.withLock { $0.append("\(record) \(file.progress.records)") } }
        }
        _ = board.begin()
        _ = board.begin()
        #expect(board.resumed(0) == nil)
        #expect(board.resumed(1)?.progress.records == 7)
        board.note(file("SELECT 9;", records: 9), of: 0)
        board.note(file("SELECT 10;", records: 10), of: 0)
        board.note(file("SELECT 5;", records: 5), of: 1)
        board.takeBack("the connection was lost")
        #expect(board.resumed(0)?.progress.records == 9)
        #expect(board.resumed(1)?.progress.records == 5)
        #expect(told.withLock { $0 } == ["a:1 9", "b:1 5"])
    }

    @Test("what was heard grows as long as somebody answers, also where tries are counted anew")
    func heard() throws {
        let board = board([group("a")])
        _ = board.begin()
        board.note(ReductionProgress(records: 40, bytes: 400, tries: 700), of: 0)
        let before = board.heard
        board.takeBack("the connection was lost")
        #expect(board.heard == before)
        _ = board.begin()
        board.note(ReductionProgress(records: 30, bytes: 300, tries: 1), of: 0)
        #expect(board.heard > before)
    }

    @Test("the progress counts all groups")
    func progress() throws {
        let last = Mutex<CausesProgress?>(nil)
        let board = board([group("a"), group("b"), group("c")]) { event in
            if case .progress(let progress) = event { last.withLock { $0 = progress } }
        }
        for _ in 1...3 { _ = board.begin() }
        board.note(ReductionProgress(records: 40, bytes: 400, tries: 7), of: 0)
        board.note(ReductionProgress(records: 20, bytes: 200, tries: 5), of: 2)
        board.end(1)
        let progress = try #require(last.withLock { $0 })
        #expect(progress.groups == 3 && progress.ended == 1)
        #expect(progress.atWork.map(\.file) == ["a", "c"])
        #expect(progress.records == 60 && progress.tries == 12)
    }
}
