import Fleet
@testable import RemoteKit
@testable import Reports
import Testing
import TreeSync

@Suite("the board of a watch") struct VerdictBoardTests {
    private let plain = Style(color: false, width: 70, height: 12)

    private func sync(_ changes: [SyncChange] = [], isWhole: Bool = false, problems: Int = 0) -> WatchEvent {
        var report = SyncReport()
        report.updated.files = changes.count
        report.problemCount = problems
        report.isPartial = problems > 0
        return .synced(WatchedSync(report: report, isWhole: isWhole, isFirst: isWhole, changes: changes, seconds: 0.0094))
    }

    private func change(_ path: String, _ kind: SyncChange.Kind = .update) -> SyncChange { SyncChange(kind: kind, type: .file, path: TreePath(path)) }
    private func pass(_ file: String) -> WatchEvent { .verdict(FileRecord(id: 0, file: file, outcome: .pass, finishedAt: 0), fails: false) }
    private func fail(_ file: String) -> WatchEvent {
        .verdict(FileRecord(id: 0, file: file, outcome: .fail, errors: 1, finishedAt: 0, failures: [RecordFailure(line: 7, message: "wrong rows")]), fails: true)
    }

    private func board(_ events: WatchEvent...) -> VerdictBoard {
        var board = VerdictBoard(host: "box")
        for event in events { board.take(event) }
        return board
    }

    private func began(_ stage: WatchStage, _ total: Int) -> WatchEvent { .began(stage, Samples.status(total: total)) }

    @Test("the verdict is of the tree as it is: a change makes what passed before it open again, and what failed stays failed")
    func verdict() {
        var board = board(sync([change("x")]))
        #expect(board.summary == "no verdict yet")
        for event in [began(.all, 2), pass("a"), pass("b")] { board.take(event) }
        #expect(board.verdict == .pass)
        #expect(board.summary == "PASS 2 files")
        board.take(sync([change("a")]))
        #expect(board.summary == "no verdict yet")
        for event in [began(.changed, 1), fail("a")] { board.take(event) }
        #expect(board.summary == "FAIL 1 of 2 files; 1 not run since the change")
        board.take(sync([change("b")]))
        #expect(board.verdict == .fail(1))
        for event in [began(.changed, 2), pass("a")] { board.take(event) }
        #expect(board.summary == "PASS so far: 1 of 2 files")
        board.take(pass("b"))
        #expect(board.verdict == .pass)
    }

    private func ran(_ file: String, _ outcome: Outcome) -> WatchEvent { .verdict(FileRecord(id: 0, file: file, outcome: outcome, finishedAt: 0), fails: false) }

    @Test("what was left out has not passed", arguments: [Outcome.skipped, .blocked, .unsupported])
    func leftOut(_ outcome: Outcome) {
        var board = board(began(.all, 2), ran("a", outcome))
        #expect(board.summary == "no verdict yet; 1 left out")
        board.take(ran("b", outcome))
        #expect(board.verdict == .open)
        board.take(pass("b"))
        #expect(board.verdict == .pass)
        #expect(board.summary == "PASS 1 of 2 files; 1 left out")
    }

    @Test("a file that was cut off keeps its verdict")
    func cutOff() {
        var board = board(began(.all, 2), fail("a"), ran("b", .untested))
        #expect(board.summary == "FAIL 1 of 2 files; 1 not run since the change")
        board.take(ran("a", .untested))
        #expect(board.verdict == .fail(1))
    }

    @Test("after files have come, nothing passes before all of the suite was begun again")
    func grown() {
        var board = board(began(.all, 2), pass("a"), pass("b"), sync([change("c", .create)]), began(.changed, 2), pass("a"), pass("b"))
        #expect(board.verdict == .open)
        for event in [began(.all, 3), pass("c")] { board.take(event) }
        #expect(board.verdict == .pass)
    }

    @Test("a sync that moved nothing makes verdicts old where the host has something else all the same")
    func other() {
        var same = WatchedSync(report: SyncReport(), isWhole: true, isFirst: false, changes: [], seconds: 0)
        same.isOther = false
        var board = board(began(.all, 1), pass("a"), .synced(same))
        #expect(board.verdict == .pass)
        same.isOther = true
        board.take(.synced(same))
        #expect(board.verdict == .open)
    }

    @Test("what failed in the latest run is shown before anything has run")
    func remembered() {
        let board = board(.remembered([FileRecord(id: 0, file: "old.test", outcome: .timeout, finishedAt: 0)]))
        #expect(board.verdict == .fail(1))
        #expect(board.lines(plain).contains { $0.contains("TIMEOUT") && $0.contains("old.test") })
    }

    @Test("files that are no longer in the suite are forgotten once all of it has run")
    func forgets() {
        var ended = Samples.status(.finished, total: 1)
        ended.outcomes = [.pass: 1]
        let board = board(began(.all, 2), fail("gone"), pass("a"), sync([change("gone", .delete)]), began(.all, 1), pass("a"), .done(.all, ended, seconds: 1))
        #expect(board.summary == "PASS 1 file")
    }

    @Test("a failure that is known is none")
    func known() {
        let record = FileRecord(id: 0, file: "a", outcome: .fail, finishedAt: 0)
        #expect(board(began(.all, 1), .verdict(record, fails: false)).verdict == .pass)
    }

    @Test("the screen has as many lines as the terminal, none wider, the verdict in the second and the keys in the last")
    func screen() {
        var board = board(sync([change("tests/a.test")]), began(.changed, 40))
        for number in 0..<30 { board.take(fail("tests/a-rather-long-name-of-a-file-that-fails-\(number).test")) }
        let lines = board.lines(plain)
        #expect(lines.count == 11)
        #expect(lines.allSatisfy { Columns.width($0) <= 70 })
        #expect(lines[1].hasPrefix("FAIL 30 files"))
        #expect(lines[2] == "running 40 files that failed last or changed: 30 done; synced tests/a…")
        #expect(lines.last == "q quit   a run all   f run what failed")
        #expect(lines.contains { $0.hasPrefix("… and ") })
        board.offersReduction = true
        #expect(board.lines(plain).last == "q quit   a run all   f run what failed   r reduce the first failure")
    }

    @Test("where there is room, the first failure is shown with its SQL and rows, and what a key has started below")
    func firstFailure() {
        var failure = RecordFailure(line: 7, message: "wrong rows")
        failure.sql = "SELECT a\nFROM t"
        (failure.expected, failure.actual) = ("1\n2", "1\n3")
        var board = board(began(.all, 2), .verdict(FileRecord(id: 0, file: "a.test", outcome: .fail, errors: 1, finishedAt: 0, failures: [failure]), fails: true))
        board.say(["reducing a.test"])
        board.say(["a.test:7: 9 records → 2 records", "It fails because of \u{1B}[2J."])
        let lines = board.lines(Style(color: false, width: 70, height: 24))
        #expect(lines.count == 23)
        #expect(lines.contains { $0.hasSuffix("SELECT a") } && lines.contains { $0.hasSuffix("FROM t") })
        #expect(lines.contains { $0.contains("- 2") } && lines.contains { $0.contains("+ 3") })
        #expect(!lines.contains("reducing a.test") && lines.contains("a.test:7: 9 records → 2 records"))
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
        for height in 6..<24 { #expect(board.lines(Style(color: false, width: 70, height: height)).count == max(height - 1, 2)) }
    }

    @Test("words of hosts and names of files cannot act on the terminal")
    func hostile() {
        let board = board(.job(.preparing(command: "make \u{1B}[2J")), .job(.buildLine("x\u{1B}]0;t\u{7}")), .job(.warning("w\u{1B}[1m")),
                          .buildFailed(RemoteError(.prepare, "failed \u{1B}[2J")), fail("a\u{1B}[2Jb"))
        #expect(board.screen(plain).allSatisfy { !$0.text.contains("\u{1B}") })
        #expect(board.line(of: fail("a\u{1B}[2Jb"), plain)?.text.contains("\u{1B}") == false)
    }

    @Test("a build that failed shows its last words, a lost connection its reason")
    func stuck() {
        var board = board(.job(.preparing(command: "make")))
        #expect(board.lines(plain)[2] == "building: make")
        for number in 0..<30 { board.take(.job(.buildLine("line \(number)"))) }
        board.take(.buildFailed(RemoteError(.prepare, "the build command failed on box: it ended with exit code 2; nothing was run")))
        #expect(board.lines(plain)[2].hasPrefix("the build command failed on box"))
        #expect(board.lines(plain).contains("  line 29"))
        board.take(.rests)
        #expect(board.lines(plain)[2].hasPrefix("the build command failed"), "resting mends nothing")
        board.take(.job(.disconnected(reason: "it went away", retryIn: 2)))
        #expect(board.lines(plain)[2] == "connection lost: it went away; connecting again in 2.0s")
    }

    @Test("without a terminal each verdict of a few files has a line, of all files each failure, and each run its end")
    func lines() {
        let passed = pass("a"), failed = fail("b")
        var board = board(began(.changed, 2), passed)
        #expect(board.line(of: passed, plain)?.text == "      PASS [   0.0s] a\n")
        #expect(board.line(of: failed, plain)?.text == "      FAIL [   0.0s] b:7: wrong rows\n")
        board.take(began(.all, 2))
        #expect(board.line(of: passed, plain) == nil)
        board.take(failed)
        var status = Samples.status(.finished, total: 2)
        status.outcomes = [.pass: 1, .fail: 1]
        #expect(board.line(of: .done(.all, status, seconds: 0.061), plain)?.text == "FAILED: all of 2 files, 1 failed, after 61 ms; now: FAIL 1 of 2 files\n")
    }

    @Test("a run that left files out is incomplete, and one whose failures are all known passes")
    func endings() {
        let known = FileRecord(id: 0, file: "k", outcome: .fail, finishedAt: 0)
        var board = board(began(.changed, 2), .verdict(known, fails: false))
        #expect(board.line(of: .verdict(known, fails: false), plain)?.text == "     KNOWN [   0.0s] k\n")
        var status = Samples.status(.finished, total: 2)
        status.outcomes = [.fail: 1, .untested: 1]
        #expect(board.line(of: .done(.changed, status, seconds: 0), plain)?.text.hasPrefix("INCOMPLETE: ") == true)
        status.outcomes = [.fail: 1, .pass: 1]
        #expect(board.line(of: .done(.changed, status, seconds: 0), plain)?.text.hasPrefix("PASSED: ") == true)
        board.take(began(.all, 1))
        status.outcomes = [.skipped: 1]
        #expect(board.line(of: .done(.all, status, seconds: 0), plain)?.text.hasPrefix("INCOMPLETE: ") == true)
    }

    @Test("a sync of few files names them, of many counts them, and of nothing says nothing")
    func syncs() {
        func line(_ event: WatchEvent) -> String? { if case .synced(let sync) = event { WatchedSyncLine.text(sync) } else { nil } }
        #expect(line(sync([change("a/b"), change("c", .delete)])) == "synced a/b, c (deleted) in 9 ms")
        #expect(line(sync((0..<4).map { change("\($0)") })) == "synced 4 changes in 9 ms")
        #expect(line(sync()) == nil)
        #expect(line(sync(isWhole: true))?.hasPrefix("up to date") == true)
        #expect(line(sync([change("a\u{1B}b")]))?.contains("\u{1B}") == false)
    }
}
