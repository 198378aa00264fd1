import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

@Suite("known failures, in words") struct KnownFailuresReportTests {
    private func finding(_ file: String, line: Int? = 12, kind: FailureKind = .wrongRows, entry: KnownFailure? = nil) -> Judgement.Finding {
        Judgement.Finding(file: file, line: line, outcome: .fail, record: RecordIdentity(digest: "d", occurrence: 1), kind: kind, message: "wrong result", sql: "SELECT 1", entry: entry)
    }

    private func known(_ file: String, expires: String? = nil) -> KnownFailure {
        KnownFailure(file: file, record: RecordIdentity(digest: "d", occurrence: 1), kind: .wrongRows, expires: expires)
    }

    private func text(_ judgement: Judgement?, outcomes: [Outcome: Int]) -> String {
        let status = Samples.status(.finished, total: outcomes.values.reduce(0, +), queued: 0, running: 0, outcomes: outcomes, timeLeft: nil, finishedAfter: 4, utilisation: 0.95)
        let records = ["known.test", "new.test"].map { FileRecord(id: 0, file: $0, outcome: .fail, finishedAt: 0) }
        var report = RunReport(status: status, failures: records.map { ReportedFile($0) }, host: "sandbox", results: "r")
        report.judgement = judgement
        report.options = ["--config", "x.toml"]
        return report.text(Style(), now: 0)
    }

    @Test("a run whose failures are all known says so, and does not list them as failures")
    func green() {
        var judgement = Judgement(exitCode: .passed)
        judgement.known = [finding("known.test"), finding("known.test", line: 20), finding("new.test")]
        judgement.fixed = [known("b.test")]
        let text = text(judgement, outcomes: [.pass: 3, .fail: 2])
        #expect(text.hasPrefix("3 of 5 files passed, 2 known to fail in "))
        #expect(text.contains("pass rate 60.0 %"))
        #expect(text.contains("\n3 known failures\n1 known failure no longer fails: b.test; remove with: slt-remote known-failures update --config x.toml 20"), "\(text)")
        #expect(!text.contains("failing file"), "\(text)")
    }

    @Test("what is new, of another kind, over or not run in a red run is told apart")
    func red() {
        var judgement = Judgement(exitCode: .testsFailed)
        judgement.known = [finding("known.test")]
        judgement.new = [finding("new.test", kind: .rowOrder), finding("new.test", line: 30, kind: .columns, entry: known("new.test")),
                         Judgement.Finding(file: "new.test", outcome: .fail, message: "", sql: "", unnamed: 50)]
        judgement.expired = [finding("new.test", line: 40, entry: known("new.test", expires: "2026-01-01"))]
        judgement.unexpectedSkips = [KeptOutFile(path: "s.test", reason: "no tests", outcome: .skipped)]
        judgement.unpinned = [PinnedFiles(files: "slow/*", outcome: .blocked)]
        judgement.hiddenUntested = 1
        let text = text(judgement, outcomes: [.pass: 3, .fail: 2])
        #expect(text.hasPrefix("2 of 5 files failed, 1 of them as known in "), "\(text)")
        #expect(text.contains("""
            1 known failure
            new failures (3):
              new.test:12: same rows in another order: wrong result
              new.test:30: wrong columns: wrong result (known to fail with: wrong rows)
              new.test: 50 failures more that the record does not name
            known failures whose day is over (1):
              new.test:40: wrong rows: wrong result (until 2026-01-01)
            not run, and not among the pinned files (1):
              s.test: skipped (no tests)
            pinned as not run, and run now: slow/*; remove with: slt-remote known-failures update
            """), "\(text)")
        #expect(text.contains("1 file ended at a known failure; the records behind it are untested"))
        #expect(text.contains("1 failing file:\n  new.test"), "\(text)")
        judgement.new = []
        judgement.expired = []
        judgement.known.append(finding("new.test"))
        #expect(self.text(judgement, outcomes: [.pass: 3, .fail: 2]).hasPrefix("files were not run that should have been, 3 of 5 files passed in "))
    }

    @Test("a list, what an update did, and what a person should mend are a line each")
    func list() throws {
        let file = try KnownFailuresFile.parse("""
            pinned = ["skipped"]
            [[failure]]
            file = "b.test"
            outcome = "timeout"
            issue = "link"
            expires = 2026-01-01
            [[failure]]
            file = "a.test"
            record = { sql = "0123456789abcdef", occurrence = 2 }
            kind = "wrong-rows"
            reason = "why"
            [[blocked]]
            files = "slow/*"
            """, name: "k.toml")
        #expect(KnownFailuresReport.text(file, now: 1_800_000_000, Style()) == """
            a.test: wrong rows, record 0123456789abcdef (2) (why)
            b.test: timed out (link); over since 2026-01-01
            blocked: slow/*
            2 known failures; pinned: blocked, skipped

            """)
        let change = KnownFailuresFile.Change(added: 1, removed: 2, kept: 3, notReached: 1, expired: 1, pinned: 4, unnamed: 5)
        #expect(KnownFailuresReport.text(change, file: "k.toml", run: "r-1", isDryRun: true) == """
            k.toml: 1 added, 2 removed, 0 changed, 3 kept, from run r-1; nothing was written
            1 of those kept was not reached by the run
            1 of those kept are over, and make a run fail: change their dates, or mend them
            4 pinned, 0 no longer
            5 failures cannot be listed: a record names at most 100 of a file; block such a file instead
            give each new entry a reason or an issue

            """)
        let faults = file.faults(now: 1_800_000_000, source: "/nowhere")
        #expect(faults.map(KnownFailuresReport.text).first == "k.toml:2: b.test: timed out: is over since 2026-01-01; mend it, or change 'expires'")
    }

    @Test("words of suites and hosts act on no terminal and make no lines of their own")
    func hostile() {
        let evil = "a\nall 3 files passed\u{1B}[2J"
        var judgement = Judgement(exitCode: .testsFailed)
        judgement.new = [finding(evil)]
        judgement.fixed = [known(evil)]
        judgement.unexpectedSkips = [KeptOutFile(path: evil, reason: evil)]
        judgement.unpinned = [PinnedFiles(files: evil, outcome: .blocked)]
        let text = text(judgement, outcomes: [.pass: 3, .fail: 2])
        #expect(!text.contains("\u{1B}") && !text.contains("\nall 3 files"), "\(text)")
    }
}
